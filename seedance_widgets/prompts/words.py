"""The words that checks look for, as patterns. English only.

A pattern errs on the side of silence: a frying pan, tracks in the snow and a dog that follows a child are no camera
moves. Every repetition in a pattern is bounded, so that long prompts stay fast.
"""

from __future__ import annotations

import re
from typing import Final


def _words(listed: str) -> str:
    return rf"\b(?:{'|'.join(listed.split())})\b"


_GAP: Final = r"(?:[^\w.!?;\n]{1,3}[\w'\u2019]{1,20}){0,3}?[^\w.!?;\n]{1,3}"
"""Up to three words of the same sentence: "the camera | then very slowly | rises"."""
_HOW: Final = r"\b(?:slow|gentle|smooth|steady|quick|fast|subtle|slight|half|full)"
_LY: Final = r"(?:[ -](?:slowly|gently|smoothly|steadily|quickly))?[ -]"
_NEAR: Final = rf"{_LY}(?:in|into|inwards?|forwards?|closer|towards?)\b"
_FAR: Final = rf"{_LY}(?:out|back|backwards?|away)\b"
_SIDE: Final = rf"{_LY}(?:(?:to|from|towards?) (?:the )?)?(?:left|right|up|down)(?:wards?)?\b"


def _camera(verb: str) -> re.Pattern[str]:
    """What the camera itself does: a verb soon after "the camera". A person may hold one, or look into one."""
    owned = "".join(rf"(?<!\b{word} )" for word in ("a", "his", "her", "their", "security"))
    return re.compile(rf"{owned}\bcamera\b{_GAP}(?P<move>{verb})", re.IGNORECASE)


def _alone(words: str) -> re.Pattern[str]:
    """Words that mean a camera move wherever they stand."""
    return re.compile(rf"(?P<move>{words})", re.IGNORECASE)


CAMERA_MOVES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("a dolly zoom", _alone(r"\bdolly[- ]zooms?\b|\bvertigo (?:shot|effect)\b")),
    ("bullet time", _alone(r"\bbullet[- ]time\b")),
    ("a dolly-in", _alone(rf"\bdoll(?:y|ies|ying){_NEAR}|\bpush-in\b")),
    ("a dolly-in", _alone(rf"{_HOW} push[ -]in\b")),
    ("a dolly-in", _camera(rf"(?:push|pushes|moves?|creeps?|glides?){_NEAR}")),
    ("a dolly-out", _alone(rf"\bdoll(?:y|ies|ying){_FAR}|\bpull-(?:back|out)\b|{_HOW} pull[ -](?:back|out)\b")),
    ("a dolly-out", _camera(rf"(?:pulls?|moves?|backs){_FAR}")),
    ("a dolly move", _alone(r"\bdolly (?:shot|move)s?\b|\btruck(?:ing)? shots?\b")),
    ("a dolly move", _camera(r"(?:dolly|dollies|trucks?)\b")),
    ("a pan", _alone(rf"\bpan(?:s|ning)?{_SIDE}|\bpan(?:s|ning)? (?:across|along)\b|{_HOW} pan\b(?! of\b)")),
    ("a pan", _alone(r"\bwhip[- ]pans?\b|\bpan(?:ning)? shots?\b")),
    ("a pan", _camera(r"pans?\b")),
    (
        "a tilt",
        _alone(rf"{_HOW} tilt (?:up|down)\b|\btilt-(?:up|down)\b|\btilt shots?\b|(?:^|[.;:] )tilt (?:up|down)\b"),
    ),
    ("a tilt", _camera(r"tilts?\b")),
    ("a zoom", _alone(rf"\bzoom(?:s|ing)?{_NEAR}|\bzoom(?:s|ing)?{_FAR}|\b(?:crash|snap)[- ]zooms?\b|{_HOW} zoom\b")),
    ("a zoom", _camera(r"zooms?\b")),
    ("an orbit", _alone(rf"\borbit(?:ing)? (?:shot|move)s?\b|{_HOW} orbit (?:around|of the)\b|\barc shots?\b")),
    ("an orbit", _alone(r"\b360(?:[- ]degree)? (?:orbit|shot|spin)s?\b|(?:^|[.;:] )orbit around\b")),
    ("an orbit", _camera(r"(?:orbits?|circles|arcs|revolves|rotates)\b")),
    ("a crane move", _alone(rf"\bcran(?:e|es|ing){_LY}(?:up|down)\b|\b(?:crane|jib|rising) (?:shot|move)s?\b")),
    ("a crane move", _camera(r"(?:cranes?|rises?|lifts?|ascends?|climbs?|soars?|descends?|sinks?|lowers?)\b")),
    ("a tracking shot", _alone(r"\b(?:tracking|follow|trailing|travell?ing|steadicam) shots?\b")),
    ("a tracking shot", _camera(r"(?:tracks?|follows?|trails|travels|moves? (?:with|alongside|beside))\b")),
    ("a flight", _alone(r"\b(?:drone|fpv|aerial) (?:flight|flyover|fly-?through)s?\b")),
    ("a flight", _camera(r"(?:flies|swoops|soars)\b")),
    ("a handheld camera", _alone(r"\bhand-?held\b|\bshaky[- ]cam(?:era)?\b")),
    ("a handheld camera", _camera(r"(?:shakes|sways)\b")),
    ("a camera move", _alone(r"\bcamera (?:movement|move|motion)s?\b")),
    ("a camera move", _camera(r"(?:moves?|glides?|drifts?|floats?|sweeps?|spins?|rolls?|swings?|turns?|whips?)\b")),
)
"""What to call a move, and how it is asked for; the words of the move are the group `move`."""

NO: Final = re.compile(r"(?:\b(?:no|not|never|without|avoid)\b|n['\u2019]t\b)[^.,!?;:\n]{0,24}$", re.IGNORECASE)
"""A denial that reaches to the end of the text before."""

_SPEAKS: Final = _words(
    "says say saying asks asking shouts shouting yells yelling whispers whispering mutters murmurs replies answers"
    " announces exclaims calls cries sings narrates speaks declares"
)

SOUNDS: Final = re.compile(
    r"(?P<sound>\bsounds? of(?! the scene)(?: [\w-]{1,20}){1,2}|\bsound (?:effects?|design)\b|\bsoundtracks?\b"
    r"|\bvoice-?overs?\b|\bnarrator\b|\bmelody\b|\bmusic plays\b"
    r"|\b(?:background|soft|gentle|dramatic|tense|cheerful|orchestral|ambient|upbeat) music\b"
    r"|\b(?:hum|roar|rumble|crackle|rustle|chirping|clatter|murmur|drone|whistle|echo|hiss|clang|squeak|patter) of\b"
    r"(?: [\w-]{1,20}){0,2}"
    r"|\b(?:fire|flames|logs|embers) crackl(?:e|es|ing)\b|\bthunder (?:rolls|rumbles|cracks|booms)\b|\blow surf\b"
    r"|"
    + _words(
        "foghorns? birdsong footsteps laughter applause whispers? whispering chirps? chirping creaks? creaking humming"
        " rumbling rustling clattering echoes echoing audible loudly"
    )
    + r")",
    re.IGNORECASE,
)
"""What can only be heard. A bell tower, a guitar and a singer can be seen as well."""

SPOKEN: Final = re.compile(
    _SPEAKS + r"[^\"\u201c\u201d.!?\n]{0,40}(?P<sound>[\"\u201c][^\"\u201d\n]{1,40})", re.IGNORECASE
)
"""Speech: somebody says, and quotes. A sign that reads "OPEN" is none."""

UNQUOTED_SPEECH: Final = re.compile(
    _SPEAKS + r"(?:[^\S\n]{0,3}:[^\S\n]{0,3}|,?[^\S\n]{1,3}(?=['\u2018]))"
    r"(?P<speech>['\u2018](?:[^'\u2019\"\u201c\u201d\n]|['\u2019](?=\w)){1,300}['\u2019](?!\w)"
    r"|\w[^\"\u201c\u201d\u00ab\u00bb\u201e\n.!?]{0,300}[.!?\u2026]?)",
    re.IGNORECASE,
)
"""What is said, after a colon or between single quotes."""

MUSIC: Final = re.compile(
    _words(
        r"music\w{0,10} songs? soundtracks? score melod\w{1,6} tunes? pianos? pianist guitar\w{0,5} violin\w{0,5}"
        r" cell(?:o|ist) orchestra\w{0,4} drum\w{0,5} sing sings singing singer choir jazz band concert dj hums?"
        " humming lullaby beats?"
    ),
    re.IGNORECASE,
)
"""Whoever names music, for or against it, has thought of it."""

SHOT: Final = re.compile(r"\b(?:shot|scene) {0,2}#?(?P<number>[0-9]{1,2})\b(?= {0,2}[:.\u2013\u2014(-])", re.IGNORECASE)
"""The beginning of a numbered shot."""

CUT: Final = re.compile(
    r"(?<=\S )(?:\bthen )?(?:\b(?:the )?(?:shot|scene|camera|view|video|film) cuts?(?: away| back)? to\b"
    r"|\b(?:hard|smash|match|jump|quick) cut(?: to)?\b|(?<=[.!?;:,] )cut to\b|(?<=then )cut to\b)",
    re.IGNORECASE,
)
"""The beginning of a shot after a cut. Hair and diamonds are cut to something too."""

ENGLISH: Final = re.compile(
    _words("a an the of in on at with and by to from is its his her their over under"), re.IGNORECASE
)
NOT_ENGLISH: Final = re.compile(
    _words(
        "der das ein eine und im ist mit le les une des du et avec el los una con del il che het een met os uma com"
    ),
    re.IGNORECASE,
)
"""Words of other languages that share a few with English."""

WORD: Final = re.compile(r"[a-z]+")

MOTION: Final = re.compile(
    r"\b(?!(?:morning|evening|during|building|ceiling|painting|clothing|lighting|spring|string|wing|king|ring|thing"
    r"|wedding|something|nothing|everything|anything|sibling|clearing|railing|stocking|sterling|earring|being|standing"
    r"|sitting|wearing|holding|looking|lying|facing|featuring|containing|surrounding|using|including)s?\b)"
    r"[a-z]{2,20}ing\b"
    r"|\b(?:slow|quick|rapid|sudden|swift|gradual|graceful|frantic|violent|brisk)ly\b|\b(?:gent|smooth|stead|laz)i?ly\b"
    r"|\b[a-z]{2,20}s (?:to|through|across|into|onto|along|towards?|past|out|off|away|up|down|around|over|back|by)\b",
    re.IGNORECASE,
)
"""Motion by its form: "running", "slowly", "sways across"; words that only look like it are left out."""

_MOVING: Final = (
    "action bend bends blow blows bounce bounces break breaks burn burns burst bursts carries carry catch catches"
    " change changes chase chases circles climb climbs close closes collapse collapses come comes cook cooks crash"
    " crashes crawl crawls cross crosses cut cuts dance dances dash dashes dissolve dissolves dive dives draw"
    " draws drift drifts drink drinks drive drives drop drops eat eats emerge emerges enter enters erupt erupts"
    " explode explodes fade fades fall falls fight fights flap flaps flicker flickers float floats flow flows"
    " flies fly follow follows gallop gallops gesture gestures give gives glide glides go goes grab grabs grow"
    " grows hop hops hovers hug hugs jog jogs juggles jump jumps kick kicks kiss kisses knock knocks laugh laughs"
    " lands leap leaps leave leaves lift lifts melt melts morph morphs motion move movement moves nod nods open"
    " opens paint paints pass passes play plays point points pour pours pull pulls push pushes race races raise"
    " raises reach reaches reveal reveals ride rides ripple ripples rise rises roll rolls rotate rotates run runs"
    " rush rushes sail sails says shake shakes shatter shatters shift shifts sinks skate skates skis slide slides"
    " smile smiles speak speaks spin spins splash splashes spread spreads stir stirs stretch stretches strikes"
    " stumble stumbles sway sways sweep sweeps swim swims swing swings swirl swirls talk talks tap taps throw"
    " throws timelapse toss tosses transform transforms tremble trembles trot trots tumble tumbles turn turns"
    " twirl twirls typing types unfold unfolds walk walks wave waves whirl whirls whispers wink winks wobble"
    " wobbles writes yawn yawns"
)
MOVING: Final = frozenset(_MOVING.split())
"""Words of things that move. Generous: a movement that is missed would be a wrong complaint."""
