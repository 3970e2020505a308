"""Writes every file of our own vectors: .venv/bin/python Tests/Vectors/notary/own/generate

Keys are kept in keys/ and made only where one is missing; all else follows from them, so that a
second run writes the same bytes.
"""

import certificate_cases
import cose_cases
import jws_cases
import layout_cases
import payload_cases
import policy_cases
import store_cases
import timestamp_cases
import trust_cases
from book import Book

book = Book()
for chapter in (jws_cases, cose_cases, certificate_cases, layout_cases, payload_cases, trust_cases,
                store_cases, policy_cases, timestamp_cases):
    chapter.add(book)
book.write()
verdicts = [case["expect"]["verdict"] for case in book.cases.values()]
print(
    f"{len(verdicts)} cases, {verdicts.count('verified')} of them verified, {len(book.files)} files"
)
