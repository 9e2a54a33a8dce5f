/*
 * banned.h: calls that have bitten somebody; using one does not compile.
 *
 * Included last by base.h, after the system headers that declare them.
 */
#ifndef NK_BANNED_H
#define NK_BANNED_H

#define NK_BAN(name) nk_sorry_##name##_is_banned
#undef strcpy
#define strcpy(...) NK_BAN(strcpy)
#undef strcat
#define strcat(...) NK_BAN(strcat)
#undef strncpy
#define strncpy(...) NK_BAN(strncpy)
#undef strncat
#define strncat(...) NK_BAN(strncat)
#undef sprintf
#define sprintf(...) NK_BAN(sprintf)
#undef vsprintf
#define vsprintf(...) NK_BAN(vsprintf)
#undef strtok
#define strtok(...) NK_BAN(strtok)
#undef atoi
#define atoi(...) NK_BAN(atoi)
#undef atol
#define atol(...) NK_BAN(atol)
#undef strtol
#define strtol(...) NK_BAN(strtol)
#undef strtoul
#define strtoul(...) NK_BAN(strtoul)
#undef sscanf
#define sscanf(...) NK_BAN(sscanf)
#undef alloca
#define alloca(...) NK_BAN(alloca)
#undef gmtime
#define gmtime(...) NK_BAN(gmtime)
#undef localtime
#define localtime(...) NK_BAN(localtime)
#undef system
#define system(...) NK_BAN(system)
#undef popen
#define popen(...) NK_BAN(popen)
#undef tmpnam
#define tmpnam(...) NK_BAN(tmpnam)
#undef rand
#define rand(...) NK_BAN(rand)
#undef setlocale
#define setlocale(...) NK_BAN(setlocale)
#undef longjmp
#define longjmp(...) NK_BAN(longjmp)

#endif
