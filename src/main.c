/* The table of subcommands, and nothing else. */
#include "homeroom/base.h"

int main(void)
{
	return 0;
}
