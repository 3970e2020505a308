// What a token does by itself: C_SignInit and C_Sign in one session, one after the other.
//
//     raw-signatures MODULE TOKEN KEY PIN-FILE p256|rsa3072 COUNT
//
// Prints the elapsed time of one signature in microseconds. The same raw mechanisms, over a hash
// of the same length, as airseal asks for. TEST ONLY: it looks after no PIN.
#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void expect(CK_RV value, const char *call) {
    if (value == CKR_OK) return;
    fprintf(stderr, "%s: 0x%lx\n", call, (unsigned long)value);
    exit(1);
}

static CK_SLOT_ID slot_of(CK_FUNCTION_LIST_PTR module, const char *label) {
    CK_SLOT_ID slots[64];
    CK_ULONG count = 64;
    expect(module->C_GetSlotList(CK_TRUE, slots, &count), "C_GetSlotList");
    for (CK_ULONG i = 0; i < count; i++) {
        CK_TOKEN_INFO token;
        expect(module->C_GetTokenInfo(slots[i], &token), "C_GetTokenInfo");
        size_t length = strlen(label);
        if (memcmp(token.label, label, length) == 0 && token.label[length] == ' ') return slots[i];
    }
    fprintf(stderr, "no token is called %s\n", label);
    exit(1);
}

static CK_OBJECT_HANDLE key_of(
    CK_FUNCTION_LIST_PTR module, CK_SESSION_HANDLE session, char *label) {
    CK_OBJECT_CLASS kind = CKO_PRIVATE_KEY;
    CK_ATTRIBUTE wanted[] = {
        {CKA_CLASS, &kind, sizeof kind}, {CKA_LABEL, label, strlen(label)}};
    CK_OBJECT_HANDLE key;
    CK_ULONG count = 0;
    expect(module->C_FindObjectsInit(session, wanted, 2), "C_FindObjectsInit");
    expect(module->C_FindObjects(session, &key, 1, &count), "C_FindObjects");
    expect(module->C_FindObjectsFinal(session), "C_FindObjectsFinal");
    if (count == 1) return key;
    fprintf(stderr, "no key is called %s\n", label);
    exit(1);
}

int main(int argc, char **argv) {
    if (argc != 7) return 64;
    void *library = dlopen(argv[1], RTLD_NOW);
    CK_C_GetFunctionList list =
        library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : NULL;
    CK_FUNCTION_LIST_PTR module;
    if (!list) return 1;
    expect(list(&module), "C_GetFunctionList");
    expect(module->C_Initialize(NULL), "C_Initialize");

    char pin[256] = "";
    FILE *file = fopen(argv[4], "r");
    if (!file || !fgets(pin, sizeof pin, file)) return 1;
    fclose(file);
    pin[strcspn(pin, "\n")] = 0;

    CK_SESSION_HANDLE session;
    expect(
        module->C_OpenSession(
            slot_of(module, argv[2]), CKF_SERIAL_SESSION, NULL, NULL, &session),
        "C_OpenSession");
    expect(module->C_Login(session, CKU_USER, (CK_BYTE *)pin, strlen(pin)), "C_Login");
    CK_OBJECT_HANDLE key = key_of(module, session, argv[3]);

    CK_RSA_PKCS_PSS_PARAMS pss = {CKM_SHA384, CKG_MGF1_SHA384, 48};
    CK_MECHANISM ecdsa = {CKM_ECDSA, NULL, 0}, rsa = {CKM_RSA_PKCS_PSS, &pss, sizeof pss};
    int is_rsa = strcmp(argv[5], "rsa3072") == 0;
    CK_BYTE hash[48], signature[512];
    memset(hash, 7, sizeof hash);

    struct timespec begun, ended;
    int count = atoi(argv[6]);
    clock_gettime(CLOCK_MONOTONIC, &begun);
    for (int i = 0; i < count; i++) {
        CK_ULONG length = sizeof signature;
        memcpy(hash, &i, sizeof i);
        expect(module->C_SignInit(session, is_rsa ? &rsa : &ecdsa, key), "C_SignInit");
        expect(module->C_Sign(session, hash, is_rsa ? 48 : 32, signature, &length), "C_Sign");
    }
    clock_gettime(CLOCK_MONOTONIC, &ended);
    double spent = (ended.tv_sec - begun.tv_sec) * 1e6 + (ended.tv_nsec - begun.tv_nsec) / 1e3;
    printf("%.1f\n", spent / count);
    expect(module->C_Finalize(NULL), "C_Finalize");
    return 0;
}
