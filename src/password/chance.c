/* Numbers by chance, each as likely as any other. */
#include "password.h"

/* The top of the range, in which some would come more often, is thrown away. */
uint32_t chance(uint32_t below)
{
	const uint32_t top = UINT32_MAX - UINT32_MAX % below;
	uint32_t number;

	do
		random_bytes(&number, sizeof(number));
	while (number >= top);
	return number % below;
}
