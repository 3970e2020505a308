"""Cases about trust policies and identities: Y1 to Y19, F4."""

import json

from cryptography.x509.oid import NameOID

from authority import Certificate, subject
from book import SCOPE, SUBJECT

PREFIX = "x509.subject: "


def add(book):
    layout = book.layout("Y", book.manifest(book.signed().bytes()), blobs=[book.signed().bytes()])

    def keep(id, rules, note, written=None, statements=(), members=None, **changes):
        path = book.policy(id, *statements, written=written, **changes)
        book.keep(id, rules, "policy", note, policy=path, **{**layout, **(members or {})})

    def spoil(id, rule, reason, change, origin="Y", written=None, statements=(), given=None,
              because=None, verdict="invalid-config", validation=None, **changes):
        path = book.policy(id, *statements, written=written, **changes)
        book.spoil(id, origin, rule, validation, reason, change, given=given, because=because,
                   verdict=verdict, policy=path)

    keep("Y", ["Y1"], "what every refused policy is spoilt from")
    members(keep, spoil, book)
    identities(keep, spoil)
    matching(book, keep, spoil)
    scopes(book, keep, spoil)
    documents(book, keep, spoil)


def members(keep, spoil, book):
    for level in ("permissive", "audit"):
        keep(f"Y1-{level}", ["Y1"], "another level", verification={"level": level})
    spoil("Y1-level", "Y1", 'unknownLevel("Strict")', "the level has a capital",
          verification={"level": "Strict"})
    spoil("Y1-version", "Y1", "unsupportedVersion", "the version is 1.1",
          written=lambda data: data.replace(b'"1.0"', b'"1.1"'))
    spoil("Y1-name", "Y1", "emptyName", "the name is empty", name="")
    keep(
        "Y2-override", ["Y2"], "every override that may be", verification={
            "override": {
                "authenticity": "enforce", "authenticTimestamp": "log", "expiry": "log",
                "revocation": "skip"
            }
        })
    for id, reason, override in (("integrity", "overrideOfIntegrity", {"integrity": "log"}),
                                 ("skip", "forbiddenSkip", {"expiry": "skip"}),
                                 ("name", "unknownValidation", {"Expiry":
                                                                "log"}), ("action", "unknownAction",
                                                                          {"expiry": "warn"})):
        spoil(f"Y2-{id}", "Y2", reason, f"an override of {override}", "Y2-override",
              verification={"override": override})
    keep("Y3-after", ["Y3"], "timestamps after the certificates' end",
         verification={"verifyTimestamp": "afterCertExpiry"})
    spoil("Y3-never", "Y3", "unknownVerifyTimestamp", "timestamps never", "Y3-after",
          verification={"verifyTimestamp": "never"})
    keep("Y4-skip", ["Y4", "Y14", "F4"], "level skip for one repository",
         verification={"level": "skip"}, trustStores=None, trustedIdentities=None)
    spoil("Y4-skip-store", "Y4", "trustBesideSkip", "a store is listed", "Y4-skip",
          verification={"level": "skip"}, trustedIdentities=None)
    spoil("Y4-no-store", "Y4", "noTrustStores", "no store is listed", "Y", trustStores=[])
    spoil("Y4-no-identity", "Y4", "none", "no identity is listed", "Y", trustedIdentities=[])
    for rule in ("Y14", "F4"):
        spoil(f"{rule}-everything", rule, "skipOfEverything", "level skip for every repository",
              "Y4-skip", verification={"level": "skip"}, trustStores=None, trustedIdentities=None,
              registryScopes=["*"], given=None if rule == "Y14" else "Y14",
              because=None if rule == "Y14" else "F4 is where notation does not keep Y14")
    keep("Y5-three-types", ["Y5"], "a store of each type but tsa",
         trustStores=["ca:main", "signingAuthority:a.b_c-1"])
    for id, name in (("type", "root:main"), ("case", "CA:main"), ("none", "main"),
                     ("sign", "ca:ma/in"), ("empty", "ca:")):
        spoil(f"Y5-{id}", "Y5", "malformedTrustStore", f"the store is called {name}",
              trustStores=[name])


def identities(keep, spoil):
    keep("Y6-everyone", ["Y6"], "every signer", trustedIdentities=["*"])
    keep("Y6-other-prefix", ["Y6"],
         "an identity that only a plugin would know, beside one that counts",
         trustedIdentities=["example:1", SUBJECT])
    spoil("Y6-beside", "Y6", "wildcardBesideOthers", "every signer, and one", "Y6-everyone",
          trustedIdentities=["*", SUBJECT])
    spoil("Y6-empty", "Y6", "empty", "an identity is empty", trustedIdentities=[""])
    spoil("Y6-no-prefix", "Y6", "withoutPrefix", "an identity has no prefix",
          trustedIdentities=["CN=signer"])
    spoil("Y6-unusable", "Y6", "noUsableIdentity", "only an identity that a plugin would know",
          "Y6-other-prefix", trustedIdentities=["example:1"], verdict="refused",
          validation="authenticity")
    keep("Y7-spelling", ["Y7"], "S for ST, semicolons, blanks",
         trustedIdentities=[PREFIX + "S=WA; O = TEST ONLY ;C=US"])
    for id, reason, name in (("hexadecimal", "hexadecimalValue", "C=US, ST=WA, O=#0C0441"),
                             ("plus", "multipleValues", "C=US, ST=WA, O=a+CN=b"),
                             ("lower-case", "unknownType",
                              "c=US, ST=WA, O=a"), ("twice", "duplicateType",
                                                    "C=US, ST=WA, O=a, O=b"),
                             ("S-and-ST", "duplicateType",
                              "C=US, ST=WA, S=WA, O=a"), ("no-C", "missingType", "ST=WA, O=a"),
                             ("no-ST", "missingType",
                              "C=US, O=a"), ("no-O", "missingType",
                                             "C=US, ST=WA"), ("no-value", "emptyValue",
                                                              "C=US, ST=, O=a"),
                             ("unknown", "unknownType",
                              "C=US, ST=WA, O=a, UID=1"), ("no-sign", "malformed",
                                                           "C=US, ST=WA, O")):
        spoil(f"Y7-{id}", "Y7", reason, f"the name is {name}", "Y7-spelling",
              trustedIdentities=[PREFIX + name])
    keep("Y9-apart", ["Y9"], "two identities of which one value differs",
         trustedIdentities=[SUBJECT, SUBJECT + " 2"])
    spoil("Y9-subset", "Y9", "overlap", "one identity is part of the other", "Y9-apart",
          trustedIdentities=[SUBJECT, PREFIX + "C=US, ST=WA, O=TEST ONLY"])
    spoil("Y9-equal", "Y9", "overlap", "an identity stands twice", "Y9-apart",
          trustedIdentities=[SUBJECT, SUBJECT])
    spoil("Y10-other-value", "Y10", "otherIdentity", "a value differs in case", "Y",
          verdict="refused", validation="authenticity",
          trustedIdentities=[SUBJECT.replace("WA", "wa")])
    spoil("Y10-more", "Y10", "otherIdentity", "the identity has one attribute more than the signer",
          "Y", verdict="refused", validation="authenticity",
          trustedIdentities=[SUBJECT + ", L=here"])


def matching(book, keep, spoil):
    """Signers with names that are hard to write."""
    def layout(id, naming):
        leaf = Certificate(f"signer {id}", book.root, key_name="signer", naming=naming)
        made = book.signed(chain=[leaf, book.root]).bytes()
        return book.layout(id, book.manifest(made), blobs=[made])

    odd = subject("signer, one; two\\ ")
    escaped = PREFIX + "C=US, ST=WA, O=TEST ONLY, CN=signer\\, one\\; two\\\\\\ "
    members = layout("Y8", odd)
    keep("Y8-escapes", ["Y8"], "comma, semicolon, backslash and a blank at the end",
         trustedIdentities=[escaped], members=members)
    keep("Y8-hexadecimal", ["Y8"], "the same by hexadecimal pairs", members=members,
         trustedIdentities=[PREFIX + "C=US, ST=WA, O=TEST ONLY, CN=signer\\2C one\\3b two\\5C\\20"])
    spoil("Y8-unescaped-end", "Y8", "otherIdentity", "the blank at the end is not escaped",
          "Y8-escapes", verdict="refused", validation="authenticity",
          trustedIdentities=[escaped[:-2]], given="Y10", because="another value is another signer")
    for id, sign in (("letter", "\\q"), ("half", "\\4")):
        spoil(f"Y8-{id}", "Y8", "badEscape", f"a value has {sign}", "Y8-escapes",
              trustedIdentities=[escaped.replace("\\,", sign + ",")])
    twofold = subject(
        "signer", extra=[(NameOID.ORGANIZATIONAL_UNIT_NAME, "a"),
                         (NameOID.ORGANIZATIONAL_UNIT_NAME, "b")])
    keep("Y11-two-units", ["Y10", "Y11"],
         "a signer of two units, whom stock notation would not match",
         members=layout("Y11", twofold), trustedIdentities=[SUBJECT + ", OU=b"])
    spoil("Y11-no-unit", "Y11", "otherIdentity", "a unit that the signer is not in",
          "Y11-two-units", verdict="refused", validation="authenticity",
          trustedIdentities=[SUBJECT + ", OU=c"], given="Y10",
          because="another value is another signer")


def scopes(book, keep, spoil):
    keep("Y12-everything", ["Y12", "Y16"], "every repository", registryScopes=["*"])
    for id, reason, names in (("none", "noScopes", []), ("beside", "wildcardBesideOtherScopes",
                                                         ["*", SCOPE]), ("scheme", "malformedScope",
                                                                         ["https://" + SCOPE]),
                              ("tag", "malformedScope", [SCOPE + ":v1"]),
                              ("digest", "malformedScope", [SCOPE + "@sha256:" + "0" * 64]),
                              ("partial", "malformedScope", ["registry.example/*"]),
                              ("no-path", "malformedScope", ["registry.example"]),
                              ("capital", "malformedScope", ["registry.example/App"])):
        spoil(f"Y12-{id}", "Y12", reason, f"the scopes are {names}", "Y12-everything",
              registryScopes=names)
    other = book.statement(name="other", registryScopes=["registry.example/other"])
    keep("Y13-two", ["Y13"], "two statements", statements=[book.statement(), other])
    spoil("Y13-twice", "Y13", "duplicateScope", "a scope stands in both", "Y13-two",
          statements=[book.statement(), {**other, "registryScopes": [SCOPE]}])
    spoil("Y13-within", "Y13", "duplicateScope", "a scope stands twice in one", "Y",
          registryScopes=[SCOPE, SCOPE])
    spoil("Y1-name-twice", "Y1", "duplicateName", "both have one name", "Y13-two",
          statements=[book.statement(), {**other, "name": "own"}])
    everything = book.statement(name="all", registryScopes=["*"],
                                trustedIdentities=[PREFIX + "C=US, ST=WA, O=nobody"])
    keep("Y16-named-first", ["Y16"],
         "the statement that names the repository stands after the one for all",
         statements=[everything, book.statement()])
    spoil("Y16-none", "Y16", "noApplicableStatement", "no statement speaks for the repository", "Y",
          verdict="refused", registryScopes=["registry.example/other"])
    spoil("Y16-case", "Y16", "noApplicableStatement", "the registry is in capitals", "Y",
          verdict="refused", registryScopes=[SCOPE.replace("registry", "REGISTRY")])
    book.keep(
        "Y18-scope", ["Y18"], "policy", "the scope of the verification chooses the statement",
        **book.layout("Y", book.manifest(book.signed().bytes()), blobs=[book.signed().bytes()]))
    book.spoil("Y18-tag", "Y18-scope", "Y18", None, "malformed", "the scope has a tag",
               scope=SCOPE + ":v1", given="Y12",
               because="one grammar serves policy and verification")
    book.spoil("Y18-other", "Y18-scope", "Y18", None, "noApplicableStatement",
               "the scope is of another repository", scope=SCOPE + "2", given="Y16",
               because="no statement speaks for it")


def documents(book, keep, spoil):
    keep("Y19-spaces", ["Y19"], "written with other spaces",
         written=lambda data: json.dumps(json.loads(data)).encode())

    def told(id, reason, change, written):
        spoil(f"Y19-{id}", "Y19", reason, change, "Y", written=written)

    told("unknown", "unknownMember", "a member that nobody knows",
         lambda data: data.replace(b'"name"', b'"note": "", "name"'))
    told("case", "unknownMember", "a member with a capital",
         lambda data: data.replace(b'"level"', b'"Level"'))
    told("twofold", "duplicateName", "a member stands twice",
         lambda data: data.replace(b'"name"', b'"name": "a", "name"'))
    told("trailing", "json", "text follows", lambda data: data + b"{}")
    told("BOM", "json", "a byte order mark stands first", lambda data: b"\xef\xbb\xbf" + data)
    told("UTF-8", "json", "a name is no UTF-8", lambda data: data.replace(b'"own"', b'"\xff"'))
    told(
        "type", "unexpected", "the scopes are text", lambda data: json.dumps({
            **json.loads(data), "trustPolicies": [{**book.statement(), "registryScopes": SCOPE}]
        }).encode())
