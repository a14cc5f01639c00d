"""The simulated cards of the demo, and whom each leads to."""

import json

from cryptography import x509

from app.cards import keys
from app.cards.models import CardUser
from app.cards.verification import issuer_id, load_roots
from app.demo.towns import TOWNS
from app.municipalities.partitions import partitions
from app.protocol.canonical import from_base64url

CODES = {f"{place:02d}": town.code for place, town in enumerate(TOWNS, 1)}


def tray(demo):
    box = demo.config["KOIKI"].home / "tray" / "cards"
    return {path.stem: json.loads(path.read_text()) for path in box.glob("*.json")}


def find(demo, case):
    """Code of the town, card facts and card register row of a case."""
    (name,) = [name for name in tray(demo) if name.split("-", 2)[2] == case]
    facts = tray(demo)[name]
    code = CODES[name[:2]]
    with partitions.open(code) as p:
        row = p.session.query(CardUser).filter_by(credential=credential(facts)).one_or_none()
        return code, facts, row


def credential(facts):
    if "card_id" in facts:
        return keys.fingerprint(facts["kind"], keys.UNION_ISSUER, facts["card_id"])
    certificate = x509.load_der_x509_certificate(from_base64url(facts["chip"]["certificate"]))
    roots = [root for root in load_roots(keys.roots_folder()) if certificate.issuer == root.subject]
    signers = [root for root in roots if is_signed_by(certificate, root)]
    issuer = issuer_id(signers[0]) if signers else ""
    return keys.fingerprint(facts["kind"], issuer, str(certificate.serial_number))


def is_signed_by(certificate, root):
    try:
        certificate.verify_directly_issued_by(root)
    except Exception:
        return False
    return True
