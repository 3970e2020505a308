// A PKCS#11 module for tests: hands every call on to a real module, except that one fails or hangs.
//
// It tells what it saw, and never a PIN:
//
//     FAULTY_MODULE   the real module
//     FAULTY_LOG      a file that gets a line for each call: its name, then what it returned
//     FAULTY_AT       which call fails, counted from 1; 0 or unset for none
//     FAULTY_CALL     counts the calls of this function only
//     FAULTY_VALUE    what it returns then, in hexadecimal, without the real module being asked; or
//                     "hang", which never comes back, "crash", or "slow", which takes a second and
//                     then does what it should
//     FAULTY_THEN     what the next counted call returns, in hexadecimal
//     FAULTY_FOREVER  every call from that one on fails
//     FAULTY_ALWAYS   keys want the PIN before every signature, which this module enforces
//     FAULTY_HIDE     a mechanism, in hexadecimal, that C_SignInit does not know
//     FAULTY_FLAGS    what the token says of itself besides, in hexadecimal
//     FAULTY_PAD      the token has a pin-pad, at which somebody types this
//     FAULTY_LOGIN    once a call has failed, what every login returns, in hexadecimal
//     FAULTY_SWAP     once a call has failed, keys are looked for under this label instead
//
// The real token's PIN is not the one that is typed: each digit is one more, 9 becomes 0. So the
// typed PIN is in this process's memory only where the program under test has put it. Whenever
// C_Login returns, and at C_Finalize, every writable page of the process is searched for it. At
// C_Login it may be in the page that the caller passes, and nowhere else; at C_Finalize nowhere. The
// log says "PIN found" otherwise. While it waits to be compared it is kept masked.

#define _GNU_SOURCE
#define CRYPTOKI_COMPAT 1
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <pthread.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PIN_LENGTH_MAX 64
#define MASK 0x5a

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST own;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long count;
static unsigned char masked[PIN_LENGTH_MAX];
static size_t masked_length;
static int began_signature, gave_pin_again, has_failed;

static void note(const char *call, const char *what) {
    const char *path = getenv("FAULTY_LOG");
    FILE *log = path ? fopen(path, "a") : NULL;
    if (log == NULL) return;
    fprintf(log, "%s %s\n", call, what);
    fclose(log);
}

// ---- Searching the memory of this process ----

static int is_pin(const unsigned char *place) {
    for (size_t i = 0; i < masked_length; i++)
        if ((place[i] ^ MASK) != masked[i]) return 0;
    return 1;
}

static void search(const char *call, const void *allowed) {
    if (masked_length == 0) return;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL) {
        note(call, "PIN not searched");
        return;
    }
    char line[512];
    uintptr_t page = (uintptr_t)allowed & ~(uintptr_t)(getpagesize() - 1);
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t start, end;
        char read, write;
        if (sscanf(line, "%lx-%lx %c%c", &start, &end, &read, &write) != 4) continue;
        if (read != 'r' || write != 'w') continue;
        const unsigned char *at = (const unsigned char *)start;
        const unsigned char *last = (const unsigned char *)(end - masked_length);
        for (; at <= last; at++) {
            // Its first byte alone tells nobody the PIN.
            at = memchr(at, masked[0] ^ MASK, (size_t)(last - at) + 1);
            if (at == NULL) break;
            uintptr_t place = (uintptr_t)at;
            if (allowed != NULL && place >= page && place < page + (uintptr_t)getpagesize())
                continue;
            if (!is_pin(at)) continue;
            char where[600];
            snprintf(where, sizeof where, "PIN found in %s", line);
            where[strcspn(where, "\n")] = 0;
            note(call, where);
        }
    }
    fclose(maps);
}

// ---- Failing ----

// Whether this call fails, and with what.
static int fails(const char *call, CK_RV *value) {
    const char *at = getenv("FAULTY_AT"), *only = getenv("FAULTY_CALL");
    const char *what = getenv("FAULTY_VALUE");
    pthread_mutex_lock(&lock);
    if (only == NULL || strcmp(only, call) == 0) count++;
    else at = NULL;
    unsigned long now = count;
    pthread_mutex_unlock(&lock);
    if (at == NULL || what == NULL) return 0;
    unsigned long wanted = strtoul(at, NULL, 10);
    const char *then = getenv("FAULTY_THEN");
    if (then != NULL && now == wanted + 1) {
        *value = strtoul(then, NULL, 16);
        has_failed = 1;
        return 1;
    }
    if (wanted == 0 || now < wanted || (now > wanted && !getenv("FAULTY_FOREVER"))) return 0;
    if (strcmp(what, "hang") == 0) {
        note(call, "hangs");
        for (;;) pause();
    }
    if (strcmp(what, "slow") == 0) {
        note(call, "is slow");
        sleep(1);
        return 0;
    }
    if (strcmp(what, "crash") == 0) {
        note(call, "crashes");
        raise(SIGSEGV);
    }
    *value = strtoul(what, NULL, 16);
    has_failed = 1;
    return 1;
}

static CK_RV told(const char *call, CK_RV value) {
    char text[32];
    snprintf(text, sizeof text, "0x%lx", value);
    note(call, text);
    return value;
}

#define CALL(name, arguments)                                            \
    do {                                                                 \
        CK_RV value;                                                     \
        if (!fails(#name, &value)) value = real->name arguments;         \
        return told(#name, value);                                       \
    } while (0)

// ---- The calls ----

static CK_RV initialize(void *arguments) { CALL(C_Initialize, (arguments)); }

static CK_RV finalize(void *reserved) {
    search("C_Finalize", NULL);
    CALL(C_Finalize, (reserved));
}

static CK_RV get_info(CK_INFO *info) { CALL(C_GetInfo, (info)); }

static CK_RV get_slot_list(unsigned char present, CK_SLOT_ID *slots, unsigned long *n) {
    CALL(C_GetSlotList, (present, slots, n));
}

static CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO *info) {
    CALL(C_GetSlotInfo, (slot, info));
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info) {
    CK_RV value;
    if (!fails("C_GetTokenInfo", &value)) {
        value = real->C_GetTokenInfo(slot, info);
        if (value == CKR_OK && getenv("FAULTY_PAD"))
            info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
        const char *flags = getenv("FAULTY_FLAGS");
        if (value == CKR_OK && flags != NULL) info->flags |= strtoul(flags, NULL, 16);
    }
    return told("C_GetTokenInfo", value);
}

static CK_RV get_mechanism_info(CK_SLOT_ID slot, CK_MECHANISM_TYPE type, CK_MECHANISM_INFO *info) {
    CALL(C_GetMechanismInfo, (slot, type, info));
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, void *application, CK_NOTIFY notify,
                          CK_SESSION_HANDLE *session) {
    CALL(C_OpenSession, (slot, flags, application, notify, session));
}

static CK_RV close_session(CK_SESSION_HANDLE session) { CALL(C_CloseSession, (session)); }

static CK_RV close_all_sessions(CK_SLOT_ID slot) { CALL(C_CloseAllSessions, (slot)); }

static CK_RV get_session_info(CK_SESSION_HANDLE session, CK_SESSION_INFO *info) {
    CALL(C_GetSessionInfo, (session, info));
}

// What the real token's PIN is where `pin` was typed.
static void turned(const unsigned char *pin, unsigned long length, unsigned char *result) {
    for (unsigned long i = 0; i < length; i++)
        result[i] = pin[i] >= '0' && pin[i] <= '9' ? '0' + (pin[i] - '0' + 1) % 10 : pin[i];
}

static CK_RV login_with(CK_SESSION_HANDLE session, CK_USER_TYPE user, const unsigned char *pin,
                        unsigned long length) {
    unsigned char result[PIN_LENGTH_MAX];
    if (length > sizeof result) return CKR_PIN_LEN_RANGE;
    if (user == CKU_CONTEXT_SPECIFIC) {
        if (!began_signature) return CKR_OPERATION_NOT_INITIALIZED;
        if (length != masked_length || !is_pin(pin)) return CKR_PIN_INCORRECT;
        gave_pin_again = 1;
        return CKR_OK;
    }
    turned(pin, length, result);
    CK_RV value = real->C_Login(session, user, result, length);
    explicit_bzero(result, sizeof result);
    masked_length = length;
    for (size_t i = 0; i < length; i++) masked[i] = pin[i] ^ MASK;
    return value;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin,
                   unsigned long length) {
    const char *name = user == CKU_CONTEXT_SPECIFIC ? "C_Login(again)" : "C_Login";
    const char *later = getenv("FAULTY_LOGIN");
    CK_RV value;
    if (has_failed && later != NULL) {
        value = strtoul(later, NULL, 16);
    } else if (!fails("C_Login", &value)) {
        unsigned char *pad = (unsigned char *)getenv("FAULTY_PAD");
        if (pad != NULL && pin == NULL)
            value = real->C_Login(session, user, pad, strlen((char *)pad));
        else
            value = pin == NULL ? CKR_ARGUMENTS_BAD : login_with(session, user, pin, length);
    }
    search(name, pin);
    return told(name, value);
}

static CK_RV logout(CK_SESSION_HANDLE session) { CALL(C_Logout, (session)); }

static CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE *template, unsigned long n) {
    char *label = getenv("FAULTY_SWAP");
    CK_ATTRIBUTE own_template[8];
    if (has_failed && label != NULL && n <= 8) {
        memcpy(own_template, template, n * sizeof *template);
        template = own_template;
        for (unsigned long i = 0; i < n; i++) {
            if (template[i].type != CKA_LABEL) continue;
            template[i].pValue = label;
            template[i].ulValueLen = strlen(label);
        }
    }
    CALL(C_FindObjectsInit, (session, template, n));
}

static CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE *objects, unsigned long max,
                          unsigned long *n) {
    CALL(C_FindObjects, (session, objects, max, n));
}

static CK_RV find_objects_final(CK_SESSION_HANDLE session) { CALL(C_FindObjectsFinal, (session)); }

static CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object,
                                 CK_ATTRIBUTE *template, unsigned long n) {
    CK_RV value;
    if (!fails("C_GetAttributeValue", &value)) {
        value = real->C_GetAttributeValue(session, object, template, n);
        if (getenv("FAULTY_ALWAYS") && n == 1 && template->type == CKA_ALWAYS_AUTHENTICATE) {
            template->ulValueLen = 1;
            if (template->pValue != NULL) *(unsigned char *)template->pValue = CK_TRUE;
            value = CKR_OK;
        }
    }
    return told("C_GetAttributeValue", value);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key) {
    const char *hidden = getenv("FAULTY_HIDE");
    CK_RV value;
    if (!fails("C_SignInit", &value)) {
        value = hidden != NULL && mechanism->mechanism == strtoul(hidden, NULL, 16)
                    ? CKR_MECHANISM_INVALID
                    : real->C_SignInit(session, mechanism, key);
        began_signature = value == CKR_OK;
        gave_pin_again = 0;
    }
    return told("C_SignInit", value);
}

static CK_RV sign(CK_SESSION_HANDLE session, unsigned char *data, unsigned long length,
                  unsigned char *signature, unsigned long *n) {
    CK_RV value;
    if (!fails("C_Sign", &value)) {
        int forgot = getenv("FAULTY_ALWAYS") != NULL && !gave_pin_again;
        began_signature = 0;
        value = forgot ? CKR_USER_NOT_LOGGED_IN
                       : real->C_Sign(session, data, length, signature, n);
    }
    return told("C_Sign", value);
}

static CK_RV generate_key_pair(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism,
                               CK_ATTRIBUTE *public_template, unsigned long public_count,
                               CK_ATTRIBUTE *private_template, unsigned long private_count,
                               CK_OBJECT_HANDLE *public_key, CK_OBJECT_HANDLE *private_key) {
    CALL(C_GenerateKeyPair, (session, mechanism, public_template, public_count, private_template,
                             private_count, public_key, private_key));
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list) {
    const char *path = getenv("FAULTY_MODULE");
    void *module = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    CK_C_GetFunctionList entry = module ? (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList")
                                        : NULL;
    if (entry == NULL || entry(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    own = *real;
    own.C_GetFunctionList = C_GetFunctionList;
    own.C_Initialize = initialize;
    own.C_Finalize = finalize;
    own.C_GetInfo = get_info;
    own.C_GetSlotList = get_slot_list;
    own.C_GetSlotInfo = get_slot_info;
    own.C_GetTokenInfo = get_token_info;
    own.C_GetMechanismInfo = get_mechanism_info;
    own.C_OpenSession = open_session;
    own.C_CloseSession = close_session;
    own.C_CloseAllSessions = close_all_sessions;
    own.C_GetSessionInfo = get_session_info;
    own.C_Login = login;
    own.C_Logout = logout;
    own.C_FindObjectsInit = find_objects_init;
    own.C_FindObjects = find_objects;
    own.C_FindObjectsFinal = find_objects_final;
    own.C_GetAttributeValue = get_attribute_value;
    own.C_SignInit = sign_init;
    own.C_Sign = sign;
    own.C_GenerateKeyPair = generate_key_pair;
    *list = &own;
    return CKR_OK;
}
