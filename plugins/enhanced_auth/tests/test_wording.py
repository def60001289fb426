from hypothesis import given
from hypothesis import strategies as st

from gamehall_enhanced_auth.wording import digest, is_token, spell

secrets = st.binary(min_size=32, max_size=32)


@given(secrets)
def test_a_token_has_one_form(secret: bytes) -> None:
    token = spell(secret)
    assert token.startswith("hall_")
    assert len(token) == 54
    assert token.isascii()
    assert is_token(token)


@given(secrets, secrets)
def test_different_secrets_have_different_tokens_and_hashes(one: bytes, other: bytes) -> None:
    assert (spell(one) == spell(other)) == (one == other)
    assert (digest(spell(one)) == digest(spell(other))) == (one == other)


@given(secrets, st.integers(0, 53), st.characters())
def test_one_wrong_character_is_noticed(secret: bytes, place: int, character: str) -> None:
    token = spell(secret)
    changed = token[:place] + character + token[place + 1 :]
    assert is_token(changed) == (changed == token)


@given(st.text())
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not is_token(text)
    assert not is_token(f"hall_{text}")
