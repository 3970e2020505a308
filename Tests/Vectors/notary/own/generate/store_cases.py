"""Cases about trust stores: R1 to R12."""

from authority import AUTHORITY, Certificate, subject
from certificate_cases import changed, constraints


def add(book):
    stores(book)
    merged(book)


def store_policy(book, *names):
    return book.policy("stores-" + "-".join(name.replace(":", "-") for name in names),
                       trustStores=list(names))


def stores(book):
    """What a trust store may hold. The base case `jws` trusts root.pem in ca/main."""
    pem, der, junk = book.root.pem, book.root.der, b"no certificate\n"
    other = Certificate("other", extensions=AUTHORITY)
    kept = {
        "R1-path": (["R1", "R3", "R4", "R12"], {"ca/main/root.pem":
                                                pem}, "where notation keeps it"), "R4-folder":
        (["R4"], {"ca/main/root.pem": pem, "ca/main/old/a.pem":
                  junk}, "a folder beside it is passed over"), "R5-readme":
        (["R5"], {"ca/main/root.crt": pem, "ca/main/README": junk},
         "a file of another ending is passed over"), "R6-der": (["R6"], {"ca/main/root.cer":
                                                                         der}, "DER"), "R6-many":
        (["R6"], {"ca/main/all.pem": other.pem + pem}, "two certificates in one file"), "R9-there":
        (["R9"], {"ca/main/root.crt": pem}, "a store with one certificate"), "R11-root":
        (["R11"], {"ca/main/other.pem": other.pem, "ca/main/root.pem":
                   pem}, "the root beside another"), "R7-self-signed":
        (["R7"], {"ca/main/root.pem": pem, "ca/main/leaf.pem":
                  Certificate("lone").pem}, "a self-signed certificate that is no authority")
    }
    envelope = book.envelope("jws", book.signed())
    for id, (rules, files, note) in kept.items():
        book.stores(id, files)
        book.keep(
            id, rules, "truststore", note, truststore=f"truststores/{id}",
            **book.layout("R", book.manifest(book.signed().bytes()), blobs=[book.signed().bytes()]))
    missing = "a store that is not there is missing"
    spoilt = {
        "R1-other-folder": ("R1-path", "R1", "missing", "the folder is called trust-store", None,
                            missing, "R9"), "R4-link":
        ("R4-folder", "R4", "notAFile", "the file is a link", {"ca/main/root.pem":
                                                               "../root.pem"}, None, None),
        "R3-link": ("R1-path", "R3", "notAFolder", "the store is a link", {"ca/main":
                                                                           "other"}, None, None),
        "R5-only": ("R5-readme", "R5", "none", "the certificate has no ending of a certificate's",
                    {"ca/main/root": pem, "ca/main/README":
                     junk}, "what is passed over leaves the store empty", "R9"), "R6-junk":
        ("R6-der", "R6", "unreadable", "the file holds no certificate", {"ca/main/root.cer": junk},
         None, None), "R7-leaf":
        ("R7-self-signed", "R7", "notAnAuthority", "a certificate that is neither lies there",
         {"ca/main/root.pem": pem, "ca/main/leaf.pem": book.signer.pem}, None, None), "R9-missing":
        ("R9-there", "R9", "missing", "there is no such store", {"ca/other/root.crt": pem}, None,
         None), "R11-other": ("R11-root", "R11", "untrustedChain", "only the other is there",
                              {"ca/main/other.pem": other.pem}, None, None)
    }
    for id, (origin, rule, reason, change, files, because, given) in spoilt.items():
        told = {"given": given, "because": because}
        links = {}
        if id == "R1-other-folder":
            book.put(f"truststores/{id}/trust-store/x509/ca/main/root.pem", pem)
        elif id.endswith("-link"):
            links = {f"truststores/{id}/truststore/x509/{path}": to for path, to in files.items()}
            book.stores(
                id, ({"ca/root.pem": pem, "ca/main/other.pem": other.pem, "ca/other/root.pem": pem}
                     if id == "R4-link" else {"ca/other/root.pem": pem}))
            told["symlinks"] = links
        else:
            book.stores(id, files)
        book.spoil(id, origin, rule, "authenticity", reason, change, truststore=f"truststores/{id}",
                   **{key: value
                      for key, value in told.items() if value})


def merged(book):
    """Several stores in one policy."""
    layout = book.layout("R", book.manifest(book.signed().bytes()), blobs=[book.signed().bytes()])
    pem, other = book.root.pem, Certificate("other", extensions=AUTHORITY).pem
    book.stores(
        "two", {
            "ca/one/other.pem": other, "ca/two/root.pem": pem, "tsa/broken/a.pem": b"junk",
            "ca/broken/a.pem": b"junk"
        })
    book.keep("R10-merged", ["R10", "R12"], "truststore",
              "two stores, and a broken one of another type that nothing asks for",
              truststore="truststores/two", policy=store_policy(book, "ca:one", "ca:two", "ca:two",
                                                                "signingAuthority:none"), **layout)
    book.spoil("R10-broken", "R10-merged", "R10", "authenticity", "unreadable",
               "a broken store of the same type is listed", given="R6",
               because="what the policy lists must be sound, and R6 says what is not",
               policy=store_policy(book, "ca:one", "ca:two", "ca:broken"))
    book.spoil("R12-not-listed", "R10-merged", "R12", "authenticity", "untrustedChain",
               "the store with the root is not listed", given="R11",
               because="a store that is not listed is as good as none",
               policy=store_policy(book, "ca:one"))
    book.spoil("R2-dots", "R10-merged", "R2", None, "malformedTrustStore", "a store is called ..",
               verdict="invalid-config", given="Y5",
               because="the policy that names it is refused first",
               policy=store_policy(book, "ca:one", "ca:.."))
    between = Certificate("between", book.root, extensions=changed(AUTHORITY,
                                                                   **constraints(True, 0)))
    leaf = Certificate("signer of between", between, naming=subject("signer"))
    book.stores("between", {"ca/main/between.pem": between.pem})
    book.keep("R11-between", ["R7", "R11"],
              note="the store holds the authority between leaf and root",
              truststore="truststores/between",
              **book.envelope("R11-between", book.signed(chain=[leaf, between, book.root])))
