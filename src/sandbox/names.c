/* Names as they stand in American rosters, in the scripts they come in. */
#include "sandbox.h"

/* clang-format off */

/* --- the United States --- */

static const struct name us_girls[] = {
	{ "Olivia", NULL }, { "Emma", NULL }, { "Ava", NULL }, { "Sophia", NULL }, { "Isabella", NULL }, { "Mia", NULL },
	{ "Charlotte", NULL }, { "Amelia", NULL }, { "Harper", NULL }, { "Evelyn", NULL }, { "Abigail", NULL }, { "Emily", NULL },
	{ "Ella", NULL }, { "Madison", NULL }, { "Scarlett", NULL }, { "Grace", NULL }, { "Chloe", NULL }, { "Zoë", "zoe" },
	{ "Riley", NULL }, { "Nora", NULL }, { "Lily", NULL }, { "Hannah", NULL }, { "Addison", NULL }, { "Aubrey", NULL },
	{ "Aaliyah", NULL }, { "Nevaeh", NULL }, { "Imani", NULL }, { "Jada", NULL }, { "Destiny", NULL }, { "Kennedy", NULL },
	{ "Savannah", NULL }, { "Brooklyn", NULL }, { "Maya", NULL }, { "Naomi", NULL }, { "Ruby", NULL }, { "Chloé", "chloe" },
	{ "Mary Kate", "marykate" }, { "Anna-Grace", "annagrace" }, { "La'Shonda", "lashonda" }, { "D'Asia", "dasia" },
	{ "Renée", "renee" }, { "Ti'Ara", "tiara" }, { "Skylar", NULL }, { "Jordan", NULL }, { "Avery", NULL }, { "Peyton", NULL },
};
static const struct name us_boys[] = {
	{ "Liam", NULL }, { "Noah", NULL }, { "Oliver", NULL }, { "Elijah", NULL }, { "James", NULL }, { "William", NULL },
	{ "Benjamin", NULL }, { "Lucas", NULL }, { "Henry", NULL }, { "Alexander", NULL }, { "Mason", NULL }, { "Michael", NULL },
	{ "Ethan", NULL }, { "Daniel", NULL }, { "Jacob", NULL }, { "Logan", NULL }, { "Jackson", NULL }, { "Levi", NULL },
	{ "Samuel", NULL }, { "David", NULL }, { "Joseph", NULL }, { "Carter", NULL }, { "Owen", NULL }, { "Wyatt", NULL },
	{ "Jayden", NULL }, { "Malik", NULL }, { "DeShawn", NULL }, { "Xavier", NULL }, { "Isaiah", NULL }, { "Tyrone", NULL },
	{ "D'Andre", "dandre" }, { "Ja'Marcus", "jamarcus" }, { "Jean-Luc", "jeanluc" }, { "John Paul", "johnpaul" }, { "André", "andre" },
	{ "Caleb", NULL }, { "Hunter", NULL }, { "Cooper", NULL }, { "Gavin", NULL }, { "Zachary", NULL }, { "Jordan", NULL },
	{ "Avery", NULL }, { "Riley", NULL }, { "Quinn", NULL }, { "J.T.", "jt" }, { "Theodore", NULL },
};
static const struct name us_families[] = {
	{ "Smith", NULL }, { "Johnson", NULL }, { "Williams", NULL }, { "Brown", NULL }, { "Jones", NULL }, { "Davis", NULL },
	{ "Miller", NULL }, { "Wilson", NULL }, { "Anderson", NULL }, { "Taylor", NULL }, { "Thomas", NULL }, { "Moore", NULL },
	{ "Jackson", NULL }, { "Martin", NULL }, { "Lee", NULL }, { "Thompson", NULL }, { "White", NULL }, { "Harris", NULL },
	{ "Clark", NULL }, { "Lewis", NULL }, { "Robinson", NULL }, { "Walker", NULL }, { "Young", NULL }, { "Allen", NULL },
	{ "King", NULL }, { "Wright", NULL }, { "Scott", NULL }, { "Hill", NULL }, { "Green", NULL }, { "Adams", NULL },
	{ "Baker", NULL }, { "Nelson", NULL }, { "Carter", NULL }, { "Mitchell", NULL }, { "Roberts", NULL }, { "Turner", NULL },
	{ "Phillips", NULL }, { "Campbell", NULL }, { "Parker", NULL }, { "Evans", NULL }, { "Edwards", NULL }, { "Collins", NULL },
	{ "Washington", NULL }, { "Jefferson", NULL }, { "Booker", NULL }, { "Freeman", NULL }, { "Banks", NULL }, { "Coleman", NULL },
	{ "St. Clair", "stclair" }, { "MacDonald", NULL }, { "McAllister", NULL }, { "Van Buren", "vanburen" }, { "De la Cruz", "delacruz" },
	{ "Smith, Jr.", "smith" }, { "Fitzgerald", NULL }, { "Goldberg", NULL }, { "Rosenthal", NULL }, { "Kim-Stewart", "kimstewart" },
	{ "Null", NULL }, { "O", "o" }, { "Featherstonehaugh", NULL }, { "Hendrickson", NULL }, { "True", NULL }, { "Day", NULL },
};

/* --- Ireland --- */

static const struct name irish_girls[] = {
	{ "Siobhán", "siobhan" }, { "Niamh", NULL }, { "Aoife", NULL }, { "Saoirse", NULL }, { "Caitlín", "caitlin" }, { "Bridget", NULL },
	{ "Róisín", "roisin" }, { "Erin", NULL }, { "Maeve", NULL }, { "Kathleen", NULL },
};
static const struct name irish_boys[] = {
	{ "Seán", "sean" }, { "Pádraig", "padraig" }, { "Ciarán", "ciaran" }, { "Connor", NULL }, { "Declan", NULL }, { "Ryan", NULL },
	{ "Oisín", "oisin" }, { "Patrick", NULL }, { "Brendan", NULL }, { "Finn", NULL },
};
static const struct name irish_families[] = {
	{ "O'Brien", "obrien" }, { "O'Connor", "oconnor" }, { "O'Neill", "oneill" }, { "O'Sullivan", "osullivan" }, { "Murphy", NULL },
	{ "Kelly", NULL }, { "Walsh", NULL }, { "Byrne", NULL }, { "Ó Súilleabháin", "osuilleabhain" }, { "D'Arcy", "darcy" },
	{ "O’Malley", "omalley" }, { "Gallagher", NULL }, { "Doherty", NULL }, { "McCarthy", NULL }, { "Quinn", NULL },
};

/* --- Spanish --- */

static const struct name spanish_girls[] = {
	{ "María", "maria" }, { "Sofía", "sofia" }, { "Valentina", NULL }, { "Camila", NULL }, { "Ximena", NULL }, { "Lucía", "lucia" },
	{ "Guadalupe", NULL }, { "Daniela", NULL }, { "Begoña", "begona" }, { "Inés", "ines" }, { "Esperanza", NULL }, { "Ana Sofía", "anasofia" },
	{ "Rocío", "rocio" }, { "Mercedes", NULL }, { "Jimena", NULL }, { "Itzel", NULL }, { "Xóchitl", "xochitl" }, { "Belén", "belen" },
	{ "María José", "mariajose" }, { "Alejandra", NULL },
};
static const struct name spanish_boys[] = {
	{ "José", "jose" }, { "Juan", NULL }, { "Luis", NULL }, { "Santiago", NULL }, { "Mateo", NULL }, { "Ángel", "angel" },
	{ "Diego", NULL }, { "Jesús", "jesus" }, { "Sebastián", "sebastian" }, { "Iñigo", "inigo" }, { "Emiliano", NULL }, { "Andrés", "andres" },
	{ "Carlos", NULL }, { "Miguel Ángel", "miguelangel" }, { "Joaquín", "joaquin" }, { "Martín", "martin" }, { "Raúl", "raul" },
	{ "Cuauhtémoc", "cuauhtemoc" }, { "Javier", NULL }, { "Óscar", "oscar" },
};
static const struct name spanish_families[] = {
	{ "García", "garcia" }, { "Rodríguez", "rodriguez" }, { "Martínez", "martinez" }, { "Hernández", "hernandez" }, { "López", "lopez" },
	{ "González", "gonzalez" }, { "Pérez", "perez" }, { "Sánchez", "sanchez" }, { "Ramírez", "ramirez" }, { "Torres", NULL },
	{ "Flores", NULL }, { "Rivera", NULL }, { "Gómez", "gomez" }, { "Díaz", "diaz" }, { "Cruz", NULL }, { "Morales", NULL },
	{ "Ortiz", NULL }, { "Gutiérrez", "gutierrez" }, { "Chávez", "chavez" }, { "Ramos", NULL }, { "Peña", "pena" }, { "Muñoz", "munoz" },
	{ "Nuñez", "nunez" }, { "Ibáñez", "ibanez" }, { "de la Rosa", "delarosa" }, { "Castañeda", "castaneda" }, { "Zúñiga", "zuniga" },
	{ "Garcia", NULL }, { "Lopez", NULL }, { "Güereña", "guerena" },
};

/* --- Central and Northern Europe, Portugal, Turkey --- */

static const struct name europe_girls[] = {
	{ "Zofia", NULL }, { "Małgorzata", "malgorzata" }, { "Agnieszka", NULL }, { "Žaneta", "zaneta" }, { "Børgny", "borgny" }, { "Åsa", "asa" },
	{ "Jürgita", "jurgita" }, { "Eliška", "eliska" }, { "Conceição", "conceicao" }, { "Ayşe", "ayse" }, { "Ioana", NULL }, { "Þórunn", "thorunn" },
	{ "Amélie", "amelie" }, { "Anaïs", "anais" }, { "Zsófia", "zsofia" }, { "Ilinca", NULL },
};
static const struct name europe_boys[] = {
	{ "Łukasz", "lukasz" }, { "Wojciech", NULL }, { "Jiří", "jiri" }, { "Søren", "soren" }, { "Björn", "bjorn" }, { "Jürgen", "juergen" },
	{ "François", "francois" }, { "João", "joao" }, { "Çağrı", "cagri" }, { "Ștefan", "stefan" }, { "Günther", "guenther" }, { "Noël", "noel" },
	{ "Đorđe", "djordje" }, { "Óðinn", "odinn" }, { "Zoltán", "zoltan" }, { "İbrahim", "ibrahim" },
};
static const struct name europe_families[] = {
	{ "Kowalski", NULL }, { "Wiśniewski", "wisniewski" }, { "Wójcik", "wojcik" }, { "Müller", "mueller" }, { "Schröder", "schroeder" },
	{ "Weiß", "weiss" }, { "Novák", "novak" }, { "Dvořák", "dvorak" }, { "Sørensen", "sorensen" }, { "Åkerström", "akerstrom" },
	{ "Lefèvre", "lefevre" }, { "Gonçalves", "goncalves" }, { "Yılmaz", "yilmaz" }, { "Öztürk", "ozturk" }, { "Popescu", NULL },
	{ "Nagy", NULL }, { "Jović", "jovic" }, { "D’Angelo", "dangelo" }, { "van der Berg", "vanderberg" }, { "von Trapp-Hübner", "vontrapphuebner" },
	{ "Şahin", "sahin" }, { "Bērziņš", "berzins" },
};

/* --- Vietnam --- */

static const struct name viet_girls[] = {
	{ "Thị Mai", "thimai" }, { "Ngọc Ánh", "ngocanh" }, { "Thảo", "thao" }, { "Hương", "huong" }, { "Linh", NULL }, { "Phương", "phuong" },
	{ "Quỳnh", "quynh" }, { "Trân", "tran" }, { "Yến", "yen" }, { "Tuyết", "tuyet" },
};
static const struct name viet_boys[] = {
	{ "Văn Đức", "vanduc" }, { "Minh", NULL }, { "Tuấn", "tuan" }, { "Hùng", "hung" }, { "Khôi", "khoi" }, { "Bảo", "bao" },
	{ "Quốc", "quoc" }, { "Dũng", "dung" }, { "Phúc", "phuc" }, { "Thiện", "thien" },
};
static const struct name viet_families[] = {
	{ "Nguyễn", "nguyen" }, { "Trần", "tran" }, { "Lê", "le" }, { "Phạm", "pham" }, { "Huỳnh", "huynh" }, { "Võ", "vo" },
	{ "Đặng", "dang" }, { "Bùi", "bui" }, { "Đỗ", "do" }, { "Ngô", "ngo" }, { "Nguyen", NULL }, { "Lý", "ly" },
};

/* --- Hmong --- */

static const struct name hmong_girls[] = {
	{ "Pa Nhia", "panhia" }, { "Mai See", "maisee" }, { "Kaying", NULL }, { "Gaoly", NULL }, { "Paj Ntaub", "pajntaub" }, { "Yer", NULL },
	{ "Bao", NULL }, { "Nkauj Hli", "nkaujhli" }, { "Chia", NULL }, { "Mee", NULL },
};
static const struct name hmong_boys[] = {
	{ "Tou", NULL }, { "Kou", NULL }, { "Chue", NULL }, { "Txawj", NULL }, { "Pheng", NULL }, { "Fue", NULL }, { "Nhia", NULL },
	{ "Tswv Yim", "tswvyim" }, { "Long", NULL }, { "Xeng", NULL },
};
static const struct name hmong_families[] = {
	{ "Vang", NULL }, { "Xiong", NULL }, { "Yang", NULL }, { "Lor", NULL }, { "Thao", NULL }, { "Vue", NULL }, { "Her", NULL },
	{ "Moua", NULL }, { "Cha", NULL }, { "Lee", NULL }, { "Xyooj", NULL }, { "Hawj", NULL },
};

/* --- China, Japan, Korea --- */

static const struct name chinese_girls[] = {
	{ "芳", "fang" }, { "丽", "li" }, { "静", "jing" }, { "雨桐", "yutong" }, { "欣怡", "xinyi" }, { "Xiaomei", NULL }, { "美玲", "meiling" },
	{ "诗涵", "shihan" }, { "Wen", NULL }, { "思妤", "siyu" },
};
static const struct name chinese_boys[] = {
	{ "伟", "wei" }, { "强", "qiang" }, { "浩然", "haoran" }, { "子轩", "zixuan" }, { "志明", "zhiming" }, { "Jun", NULL }, { "家豪", "jiahao" },
	{ "宇航", "yuhang" }, { "𠮷明", "jiming" }, { "Zihao", NULL },
};
static const struct name chinese_families[] = {
	{ "王", "wang" }, { "李", "li" }, { "张", "zhang" }, { "刘", "liu" }, { "陈", "chen" }, { "杨", "yang" }, { "黃", "huang" },
	{ "吴", "wu" }, { "欧阳", "ouyang" }, { "林", "lin" }, { "Lü", "lyu" }, { "Chen", NULL }, { "Wong", NULL },
};
static const struct name japanese_girls[] = {
	{ "さくら", "sakura" }, { "陽菜", "hina" }, { "美咲", "misaki" }, { "Yūki", "yuki" }, { "葵", "aoi" }, { "凛", "rin" }, { "ナオミ", "naomi" },
};
static const struct name japanese_boys[] = {
	{ "蓮", "ren" }, { "大翔", "hiroto" }, { "悠真", "yuma" }, { "Kenji", NULL }, { "翔太", "shota" }, { "Ryō", "ryo" }, { "ケン", "ken" },
};
static const struct name japanese_families[] = {
	{ "佐藤", "sato" }, { "鈴木", "suzuki" }, { "高橋", "takahashi" }, { "田中", "tanaka" }, { "渡辺", "watanabe" }, { "伊藤", "ito" },
	{ "山本", "yamamoto" }, { "Ōta", "ota" }, { "斎藤", "saito" },
};
static const struct name korean_girls[] = {
	{ "서연", "seoyeon" }, { "지우", "jiwoo" }, { "하은", "haeun" }, { "민서", "minseo" }, { "Ji-woo", "jiwoo" }, { "수아", "sua" }, { "은지", "eunji" },
};
static const struct name korean_boys[] = {
	{ "민준", "minjun" }, { "서준", "seojun" }, { "도윤", "doyun" }, { "예준", "yejun" }, { "Min-ho", "minho" }, { "지훈", "jihoon" }, { "현우", "hyunwoo" },
};
static const struct name korean_families[] = {
	{ "김", "kim" }, { "이", "lee" }, { "박", "park" }, { "최", "choi" }, { "정", "jung" }, { "강", "kang" }, { "조", "cho" }, { "윤", "yoon" },
	{ "Kim", NULL }, { "Park", NULL },
};

/* --- Arabic, Persian, Hebrew --- */

static const struct name arabic_girls[] = {
	{ "فاطمة", "fatima" }, { "مريم", "maryam" }, { "عائشة", "aisha" }, { "ليلى", "layla" }, { "نور", "noor" }, { "Zaynab", NULL },
	{ "شیرین", "shirin" }, { "رُقَيَّة", "ruqayya" }, { "שירה", "shira" }, { "Yasmin", NULL },
};
static const struct name arabic_boys[] = {
	{ "محمد", "mohammed" }, { "أحمد", "ahmed" }, { "علي", "ali" }, { "عمر", "omar" }, { "يوسف", "yusuf" }, { "Mohammed", NULL },
	{ "داریوش", "dariush" }, { "خالد", "khalid" }, { "נועם", "noam" }, { "Ibrahim", NULL },
};
static const struct name arabic_families[] = {
	{ "الحسن", "alhassan" }, { "عبد الله", "abdallah" }, { "خان", "khan" }, { "الأحمد", "alahmad" }, { "حداد", "haddad" }, { "Al-Sayed", "alsayed" },
	{ "رضایی", "rezaei" }, { "Abdul-Rahman", "abdulrahman" }, { "לוי", "levi" }, { "Hussein", NULL }, { "منصور", "mansour" },
};

/* --- Cyrillic, Greek, Armenian --- */

static const struct name cyrillic_girls[] = {
	{ "Анастасія", "anastasiia" }, { "Олена", "olena" }, { "Мария", "mariya" }, { "Ольга", "olga" }, { "Ελένη", "eleni" }, { "Svetlana", NULL },
	{ "Наталія", "nataliia" }, { "Անահիտ", "anahit" }, { "Соломія", "solomiia" },
};
static const struct name cyrillic_boys[] = {
	{ "Олександр", "oleksandr" }, { "Дмитро", "dmytro" }, { "Иван", "ivan" }, { "Андрій", "andrii" }, { "Γιώργος", "giorgos" }, { "Aleksandr", NULL },
	{ "Тарас", "taras" }, { "Արամ", "aram" }, { "Йосип", "yosyp" },
};
static const struct name cyrillic_families[] = {
	{ "Шевченко", "shevchenko" }, { "Коваленко", "kovalenko" }, { "Бондаренко", "bondarenko" }, { "Ткачук", "tkachuk" }, { "Мельник", "melnyk" },
	{ "Петренко", "petrenko" }, { "Παπαδόπουλος", "papadopoulos" }, { "Սարգսյան", "sargsyan" }, { "Черненко", "chernenko" }, { "Їжакевич", "yizhakevych" },
};

/* --- India, Nepal, Bengal --- */

static const struct name indian_girls[] = {
	{ "प्रिया", "priya" }, { "आराध्या", "aaradhya" }, { "अनन्या", "ananya" }, { "Diya", NULL }, { "ਹਰਪ੍ਰੀਤ", "harpreet" }, { "நிலா", "nila" },
	{ "Kavya", NULL }, { "সুমাইয়া", "sumaiya" }, { "Saanvi", NULL },
};
static const struct name indian_boys[] = {
	{ "आरव", "aarav" }, { "राहुल", "rahul" }, { "Arjun", NULL }, { "विवान", "vivaan" }, { "ਗੁਰਪ੍ਰੀਤ", "gurpreet" }, { "கார்த்திக்", "karthik" },
	{ "Rohan", NULL }, { "রফিক", "rafiq" }, { "कृष्ण", "krishna" },
};
static const struct name indian_families[] = {
	{ "शर्मा", "sharma" }, { "पटेल", "patel" }, { "गुप्ता", "gupta" }, { "Singh", NULL }, { "Reddy", NULL }, { "Venkataramanan", NULL },
	{ "तमाङ", "tamang" }, { "রহমান", "rahman" }, { "Patel", NULL }, { "श्रेष्ठ", "shrestha" }, { "ਸਿੰਘ", "singh" },
};

/* --- Africa --- */

static const struct name african_girls[] = {
	{ "Adéọlá", "adeola" }, { "Ngozi", NULL }, { "Amina", NULL }, { "ሰላም", "selam" }, { "Hodan", NULL }, { "Chidinma", NULL },
	{ "Oluwaseun", NULL }, { "Fadumo", NULL }, { "Aïssatou", "aissatou" },
};
static const struct name african_boys[] = {
	{ "Olúfẹ́mi", "olufemi" }, { "Chukwuemeka", NULL }, { "Abdi", NULL }, { "ዳዊት", "dawit" }, { "Kwame", NULL }, { "Cheikh", NULL },
	{ "Kofi", NULL }, { "Mamadou", NULL }, { "N'Golo", "ngolo" },
};
static const struct name african_families[] = {
	{ "Ọláyínká", "olayinka" }, { "Okonkwo", NULL }, { "Diallo", NULL }, { "ተስፋዬ", "tesfaye" }, { "Warsame", NULL }, { "N'Diaye", "ndiaye" },
	{ "Mensah", NULL }, { "Osei-Bonsu", "oseibonsu" }, { "Hassan", NULL }, { "Traoré", "traore" },
};

/* --- Native America and the Pacific --- */

static const struct name native_girls[] = {
	{ "Keʻala", "keala" }, { "Leilani", NULL }, { "Aiyana", NULL }, { "Nizhóní", "nizhoni" }, { "Moana", NULL }, { "ᎠᏰᎵ", "ayeli" }, { "Kaiulani", NULL },
};
static const struct name native_boys[] = {
	{ "Kekoa", NULL }, { "Kaʻimi", "kaimi" }, { "Ashkii", NULL }, { "Sione", NULL }, { "Wakíŋyaŋ", "wakinyan" }, { "ᏩᏯ", "waya" }, { "Makoa", NULL },
};
static const struct name native_families[] = {
	{ "Kamakawiwoʻole", "kamakawiwoole" }, { "Begay", NULL }, { "Tsosie", NULL }, { "Keliʻi", "kelii" }, { "Running Bear", "runningbear" },
	{ "Tuiasosopo", NULL }, { "Yazzie", NULL }, { "Two Moons", "twomoons" },
};

#define OF(people) people##_girls, people##_boys, people##_families, \
	array_length(people##_girls), array_length(people##_boys), array_length(people##_families)

static const struct culture cultures[] = {
/*	  weight                 race or origin         hispanic  two families  country  language */
	{ 560, OF(us),           RACE_WHITE_OR_BLACK,   false,    false,        "US",    "en" },
	{ 30,  OF(irish),        RACE_WHITE,            false,    false,        "IE",    "en" },
	{ 240, OF(spanish),      RACE_WHITE,            true,     true,         "MX",    "es" },
	{ 40,  OF(europe),       RACE_WHITE,            false,    false,        "PL",    "pl" },
	{ 20,  OF(viet),         RACE_ASIAN,            false,    false,        "VN",    "vi" },
	{ 12,  OF(hmong),        RACE_ASIAN,            false,    false,        "LA",    "hmn" },
	{ 15,  OF(chinese),      RACE_ASIAN,            false,    false,        "CN",    "zh" },
	{ 5,   OF(japanese),     RACE_ASIAN,            false,    false,        "JP",    "ja" },
	{ 8,   OF(korean),       RACE_ASIAN,            false,    false,        "KR",    "ko" },
	{ 18,  OF(arabic),       RACE_WHITE,            false,    false,        "IQ",    "ar" },
	{ 12,  OF(cyrillic),     RACE_WHITE,            false,    false,        "UA",    "uk" },
	{ 22,  OF(indian),       RACE_ASIAN,            false,    false,        "IN",    "hi" },
	{ 14,  OF(african),      RACE_BLACK,            false,    false,        "SO",    "so" },
	{ 6,   OF(native),       RACE_NATIVE,           false,    false,        "US",    "en" },
};
/* clang-format on */

const struct culture *culture_draw(struct dice *dice)
{
	int sum = 0;

	for (size_t i = 0; i < array_length(cultures); i++)
		sum += cultures[i].weight;
	sum = (int)dice_below(dice, sum);
	for (const struct culture *c = cultures;; c++) {
		if (sum < c->weight)
			return c;
		sum -= c->weight;
	}
}

/* The first of a list are the common ones. */
const struct name *name_draw(const struct name *names, size_t count,
    struct dice *dice)
{
	int64_t a = dice_below(dice, (int64_t)count);
	int64_t b = dice_below(dice, (int64_t)count);

	return &names[a < b ? a : b];
}
