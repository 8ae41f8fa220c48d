"""A district's night: from the import of a day's bundle to the last change in
a domain controller of Samba's, where everybody already has an account."""
import base64
import os
import subprocess

SAMBA = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "../support/samba.sh")
BASE = "OU=School,DC=ad,DC=example,DC=test"
CONNECTION = """connection:
  server: [ "ldaps://%s" ]
  user: homeroom@ad.example.test
  passwordFile: %s
  authorities: %s/tls/ca.pem
  base: %s
"""


def line(name, value):
    coded = base64.b64encode(value.encode()).decode()
    return "%s:: %s\n" % (name, coded)


def entry(dn, kind, values):
    text = line("dn", dn) + "objectClass: %s\n" % kind
    for name, value in values:
        text += line(name, value)
    return text + "\n"


def ldif(planned):
    """What the first plan would make, as if it had been made."""
    found, members, people = [], {}, {}
    for a in planned:
        if a["action"] == "make-place":
            found.append(entry("OU=%s,%s" % (
                a["after"]["name"], a["after"]["place"]),
                "organizationalUnit", []))
        elif a["action"] == "create":
            after = a["after"]
            dn = "CN=%s,%s" % (after["name"], after["place"])
            people[a["person"]] = dn
            found.append(entry(dn, "user", [
                ("sAMAccountName", after["login"]),
                ("userAccountControl", "512" if after["enabled"] else "514"),
            ] + [(name, value) for name, values in after["attributes"].items()
                 for value in values]))
    for a in planned:
        if a["action"] == "join":
            members.setdefault(a["change"], []).append(people[a["person"]])
    for dn, those in members.items():
        found.append(entry(dn, "group", [
            ("sAMAccountName", dn.split(",", 1)[0][3:])] +
            [("member", member) for member in those]))
    return "".join(found)


class Domain:
    def __init__(self, homeroom, work):
        self.env = dict(os.environ, HOMEROOM_BINARY=homeroom)
        self.dc = os.path.join(work, "nightly")
        self.address = self.run("new")

    def rules(self, accounts):
        """Those of the bench, of a directory that there is."""
        password = os.path.join(self.dc, "password")
        with open(password, "w") as f:
            f.write("Passw0rd.Service1\n")
        with open(accounts) as f:
            lines = f.read().splitlines(keepends=True)
        nowhere = [i for i, text in enumerate(lines)
                   if text.startswith("connection:")][0]
        lines[nowhere] = CONNECTION % (
            self.address, password, self.dc, BASE)
        path = os.path.join(self.dc, "rules.yaml")
        with open(path, "w") as f:
            f.writelines(lines)
        return path

    def run(self, what):
        return subprocess.run(["sh", SAMBA, what, self.dc], env=self.env,
                              check=True, stdout=subprocess.PIPE
                              ).stdout.decode().strip()

    def add(self, text):
        """With the server stopped: one transaction."""
        subprocess.run(["ldbadd", "-H", self.dc + "/private/sam.ldb"],
                       input=text.encode(), check=True,
                       stdout=subprocess.DEVNULL)

    def people(self):
        out = subprocess.run(
            ["ldbsearch", "-H", self.dc + "/private/sam.ldb", "-b", BASE,
             "(objectClass=user)", "dn"], check=True, stdout=subprocess.PIPE)
        return out.stdout.count(b"\ndn:")
