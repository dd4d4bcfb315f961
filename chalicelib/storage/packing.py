"""Values as few bytes: any value as JSON, deflated. What is stored is billed by the KiB.

Most of a small log or alert is the names of its fields: deflate is given them beforehand, in a dictionary. What is
packed names its dictionary by checksum. A dictionary never changes; a better one is put in front of the others.
"""

from __future__ import annotations

import zlib
from typing import Any

from chalicelib.encoding import decode, encode

_DICTIONARIES = (
    b'"accept-encoding":"gzip, deflate, br","accept":"*/*","user-agent":"Mozilla/5.0","content-length":"'
    b'"cloudfront-viewer-country":"x-amzn-trace-id":"Root=1-"x-forwarded-port":"443","x-forwarded-proto":"https",'
    b'"connection":"keep-alive","via":"1.1 ","x-forwarded-for":"authorization":"[redacted]","Alertmanager/0."'
    b'application/x-www-form-urlencoded"text/plain; charset=utf-8"application/json; charset=utf-8"'
    b'counted as a duplicate of alt_","level":"warn","an alert with this key is live"made alert alt_'
    b': acknowledged"resolved alt_no alert with this key is livereached","rules":[{"rule":0,"matched":true,"failed":'
    b'null,"actions":[{"type":"assign","receiver":"tem_"destination":"default_receiver":"rtr_"usr_'
    b'{"format":"link","label":"URL","value":"https://www."format":"text","label":"instance","value":"severity"'
    b'"Problem","Severity","Description","Title","event_type":"urgency":"critical","status":"firing","alerts":[{'
    b'"labels":{"alertname":"job":"annotations":{"summary":"startsAt":"endsAt":"generatorURL":"fingerprint":"'
    b'{"created_at":"2026-,"title":"description":null,"urgency":"high","medium","low","tags":[],"meta":{},"incident":'
    b'false,"incident_severity":null,"incident_message":null,"source_type":"Integration","source_log_id":"'
    b'"thirdparty_id":"dedup_keys":[],"additional_data":[],"stakeholder_ids":[],"destination_team_ids":["'
    b'"destination_router_ids":[],"destination_account_user_ids":[],"tiny_id":'
    b'{"owner_type":"Alert","message":{"event":"alert.open","receivers":["tem_"],"routing":[{"destination":"'
    b'{"owner_type":"Integration","message":{"action":"resolve"},"message":{"action":"create"},"sublogs":[{"message":"'
    b'counted as a duplicate of alt_","level":"info","time":"2026-.000Z"},{"message":"}],"request":{"method":"POST",'
    b'"url":"https://execute-api..amazonaws.com/live/integration/int_","headers":{"host":"x-forwarded-proto":"https",'
    b'"user-agent":"content-type":"application/json"},"query":{},"remote_ip":"203.","body":"{\\"\\":\\"\\",\\"',
)
_BY_CHECKSUM = {zlib.adler32(dictionary): dictionary for dictionary in _DICTIONARIES}
_LEVEL = 6


def deflate(value: Any) -> bytes:
    """Any value as deflated JSON."""
    return compress(encode(value))


def compress(text: bytes) -> bytes:
    """A value that is JSON already, as `deflate` packs it."""
    packer = zlib.compressobj(_LEVEL, zdict=_DICTIONARIES[0])
    return packer.compress(text) + packer.flush()


def inflate(content: bytes) -> Any:
    """The value that `deflate` packed. Raises ValueError or zlib.error for anything else."""
    dictionary = _BY_CHECKSUM.get(int.from_bytes(content[2:6], "big"))  # where zlib's format has it
    unpacker = zlib.decompressobj(zdict=dictionary) if dictionary else zlib.decompressobj()
    return decode(unpacker.decompress(content) + unpacker.flush())
