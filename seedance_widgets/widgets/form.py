"""`SeedanceForm`: every setting of a video as a form, and below it the jobs made from it.

`js/src/form.ts` is its other half.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import traitlets

from seedance_widgets import footage, rendering, runtime, studio, validation
from seedance_widgets.capabilities import DEFAULT_MODEL, SETTINGS, Model
from seedance_widgets.errors import InvalidRequestError, OverBudgetError, Problem, SeedanceError
from seedance_widgets.images import LoadedImage
from seedance_widgets.models import GenerationRequest, unknown_setting_message

from . import connecting, costs, guide_images, prompt_help, protocol
from .asking import Questions
from .base import bundle, references, why_not
from .job_view import JobView
from .refilling import Refilling

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")


class SeedanceForm(Refilling):
    """A form for one video after another. Every field is a trait: set it, observe it.

        form = SeedanceForm(prompt="A red fox trots through fresh snow", duration=8)
        form                # shows it; the jobs appear below
        form.jobs[-1]       # the newest job made from it

    studio:   who makes the videos; the studio of this kernel where not given.
    settings: prompt, images, aspect_ratio, resolution, duration, fixed_lens, generate_audio, prompt_directory_optin
              (see `GenerationRequest`). TypeError that teaches for any other; InvalidRequestError for an image that is
              none.
    """

    is_form = True
    _esm = bundle("form.js")
    _takes = protocol.FORM_TAKES
    _page_fields = protocol.FIELDS
    _leave: Sequence[Callable[[], object]] = ()

    prompt = traitlets.Unicode("").tag(sync=True)
    """What the video shows. `{name}` stands for a variable of the notebook, or for a value typed below the prompt."""
    typed_values: traitlets.Dict[str, str] = traitlets.Dict().tag(sync=True)
    """Values typed for variables by name; they go before those of the notebook."""
    aspect_ratio = traitlets.Unicode(DEFAULT_MODEL.default_aspect_ratio).tag(sync=True)
    resolution = traitlets.Unicode(DEFAULT_MODEL.default_resolution).tag(sync=True)
    duration = traitlets.Int(DEFAULT_MODEL.default_duration).tag(sync=True)
    """Seconds."""
    fixed_lens = traitlets.Bool(False).tag(sync=True)
    generate_audio = traitlets.Bool(False).tag(sync=True)
    prompt_directory_optin = traitlets.Bool(False).tag(sync=True)

    limits = traitlets.Dict().tag(sync=True)
    connection = traitlets.Dict().tag(sync=True)
    cost = traitlets.Dict().tag(sync=True)
    problems: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """What is wrong with the request that was to be sent, at its fields."""
    variables: traitlets.List[Any] = traitlets.List().tag(sync=True)
    """The variables of the prompt, and what the notebook has for them."""
    checks = traitlets.Dict().tag(sync=True)
    """Hints on the prompt, which never block, and the prompt they are about."""
    vocabulary: traitlets.List[Any] = traitlets.List().tag(sync=True)
    views = references()
    """The views of the jobs made here, newest first."""

    def __init__(self, *, studio: studio.Studio | None = None, layout: Any = None, **settings: Any) -> None:
        for name in settings:
            if name not in SETTINGS:
                raise TypeError(unknown_setting_message(name))
        self._studio = studio
        self._jobs: list[Job] = []
        self._submitting = False
        self._questions = Questions()
        self._refusal: OverBudgetError | None = None
        self._there: object = None
        """The wish that is shown to cost nothing, since there is a take of it."""
        self._looking = asyncio.Lock()
        connection = self._maker().connection
        first = {
            "limits": _limits(connection.model),
            "connection": connecting.shown(self._maker()),
            "cost": costs.said(""),
            "checks": {"prompt": "", "rows": []},
            "vocabulary": prompt_help.VOCABULARY,
        }
        if layout is not None:
            first["layout"] = layout
        super().__init__(connection.model, **first, **settings)
        self._throttle = runtime.Throttle(lambda: runtime.submit(self._refresh()))
        self.observe(lambda _change: self._throttle(), names=[*SETTINGS, "typed_values"])
        self._leave = (
            self._maker().watch_session(self._throttle),
            self._maker().ledger.watchers.add(self._throttle),  # a take that was there may be gone
            prompt_help.on_cell_end(self._throttle),
        )
        self._throttle()

    def close(self) -> None:
        """Take the form off the page. Its jobs go on; what was typed is on offer in the next form of this kernel."""
        for leave in self._leave:
            leave()
        super().close()

    @property
    def request(self) -> GenerationRequest:
        """What the form asks for now. Its images are read when it is submitted. InvalidRequestError where a variable of
        the prompt has no value."""
        return self._request(prompt_help.sent(self.prompt, self.typed_values))

    def _request(self, prompt: str) -> GenerationRequest:
        given = [image.source if isinstance(image, LoadedImage) else image for image in self.images]
        fields = self._fields() | {"prompt": prompt}
        return GenerationRequest(images=tuple(given), **fields, model=self._model())

    @property
    def jobs(self) -> list[Job]:
        """The jobs made from this form, oldest first."""
        return list(self._jobs)

    def show(self, job: Job) -> None:
        """Show a job below the form, as its newest; nothing changes where that is what is shown and it is under way."""
        if self._jobs and self._jobs[-1] is job and not job.info.over:
            return
        self.views = [JobView(job, studio=self._studio, form=self), *self.views]
        self._jobs.append(job)  # last: whoever sees the job here finds its view
        self._throttle()  # the same once more costs nothing

    @property
    def embed(self) -> str:
        """How much of each video the saved notebook holds, as its studio has it."""
        return self._maker().embed

    def __repr__(self) -> str:
        return f"<SeedanceForm: {self.prompt[:60]!r}, {len(self._jobs)} jobs>"

    # ---- keeping the page up to date

    async def _refresh(self) -> None:
        """What follows from the fields and the connection. One look after the other: the last one stays."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        """Variables, hints, connection and estimate; and whether problems shown are solved."""
        words = prompt_help.look(self.prompt, self.typed_values)
        request = self._request(words.filling.text)
        fields = self._fields()
        looked_at = {name: getattr(request, name) for name in ("duration", "fixed_lens", "generate_audio", "model")}
        self.variables, self.checks = words.variables, words.checks(**looked_at)
        self._settle_problems(words, request)
        await self._show_previews()
        self.connection = connecting.shown(self._maker(), await connecting.kept_at(self._maker()))
        try:
            estimate = await asyncio.to_thread(self._maker().estimate, request)
            usual = await asyncio.to_thread(self._maker().usual_time, request)
            there = await asyncio.to_thread(self._is_there, request)
            session = self._maker().session
            said = costs.cost(estimate, usual, session, there=there, service=self._maker().service)
            if fields == self._fields():  # else it is about what was there before, and looked at once more
                self._refusal = None if there else session.refusal(estimate)
                self._there = self._wish(fields, words) if there else None
                self._settle_problems(words, request)
        except SeedanceError as error:
            said = costs.said("Cost not known", error.what)
        self.cost = {**said, "not_saved": self._maker().not_saved}

    def _settle_problems(self, words: prompt_help.Words, request: GenerationRequest) -> None:
        """Of problems that are shown, those that are left: what is solved goes, the limit for one take included."""
        if self.problems:
            found = [*words.problems(), *guide_images.problems(self._passing), *validation.problems(request)]
            self.problems = _shown(found, self._refusal)

    def _is_there(self, request: GenerationRequest) -> bool:
        """Whether there is a take already of a request. An image at an address is not fetched for that."""
        images = [image.info if isinstance(image, LoadedImage) else image for image in self.images]
        return self._maker().has_take(request.replace(images=images))

    # ---- being asked, on the background loop

    def _heard(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:
        if kind in protocol.IMAGE_TAKES:
            self._heard_image(kind, message, parts)
        elif kind in protocol.PAST_TAKES:
            self._heard_past(kind, message, parts)
        elif kind == "names":
            self.send({"kind": "names", "names": prompt_help.names()})
        elif (message_id := self._is_new(message)) is None:
            return
        elif kind in protocol.CONNECTION_TAKES:
            runtime.submit(self._connect(kind, message_id, message, parts))
        else:
            runtime.submit(self._submit(message_id, message))

    async def _connect(self, kind: str, message_id: str, message: dict[str, Any], parts: list[Any]) -> None:
        """The connection menu. The page shows what follows of it before the answer comes."""
        problem = done = ""
        try:
            done = await connecting.follow(self._maker(), kind, message, parts)
        except Exception as error:  # noqa: BLE001  the page is told of it
            problem = why_not(kind, error)
        await self._refresh()
        self._answer(message_id, problem, done=done)

    async def _submit(self, message_id: str, message: dict[str, Any]) -> None:
        """Make what the page showed when its button was pressed. One at a time: a second press makes no second job,
        whichever view it is in; and what is under way already for the same fields is not made again."""
        if self._submitting:
            self._answer(message_id, "A request is on its way already.")
            return
        self._submitting = True
        problem, question = "", None
        fields = protocol.fields_of(message.get("fields"))
        typed = protocol.texts_of(message.get("typed_values")) or {}
        words = prompt_help.look(fields.get("prompt", ""), typed)
        wish = self._wish(fields, words)
        consent = self._questions.consent(message, wish)
        gone = wish == self._there and not consent.given  # should it be so: what was to cost nothing is not paid for
        try:
            if set(fields) != set(protocol.FIELDS):
                raise ValueError("The form could not be read. Reload the page and try again.")
            on = connecting.seen(self._maker(), message)
            # As the page would have sent them itself: nothing goes back to a typing person.
            self.set_state({**fields, "typed_values": typed})
            request = self._request(words.filling.text).replace(**{**fields, "prompt": words.filling.text})
            words.check_seen(protocol.texts_of(message.get("seen")) or {})
            if missing := [*words.problems(), *guide_images.problems(self._passing)]:
                raise InvalidRequestError([*missing, *validation.problems(request)])
            terms = {"max_credits": 0} if gone else consent.terms
            job = await self._maker().submit_async(request, parent=self._parent, on=on, **terms)
            self.problems = []
            self.show(job)
            self._throttle()  # what is not saved may be known only now
        except InvalidRequestError as error:
            self.problems = _shown(error.problems)
            problem = str(error)
        except OverBudgetError as error:
            if error.max_credits is not None:  # a limit that was set is not there to be clicked away
                self._refusal, problem = error, str(error)
                self.problems = _shown([], error)
            else:
                self.problems = []
                self._questions.ask(message_id, wish, error.expected, over_budget=True)
                question = rendering.over_budget(error, "Generate", risen=consent.is_below(error.expected), gone=gone)
                self._throttle()  # the cost that was shown may be of what is no longer so
        except (SeedanceError, ValueError) as error:
            problem = str(error)
        except Exception:  # noqa: BLE001  the page is told, and the log has all of it
            _log.exception("A form could not be sent")
            problem = "Nothing was sent: this package stumbled. The log of the kernel has the details."
        finally:
            self._submitting = False
        self._answer(message_id, problem, question)

    def _wish(self, fields: dict[str, Any], words: prompt_help.Words) -> object:
        """All that is asked for, to be compared."""
        images = [image.info if isinstance(image, LoadedImage) else image for image in self.images]
        return {**fields, "prompt": words.filling.text}, images

    def _maker(self) -> studio.Studio:
        return self._studio or studio.default()

    def _model(self) -> Model:
        return self._maker().connection.model


def _limits(model: Model) -> dict[str, Any]:
    """What the page needs to know of a model, as plain JSON."""
    return {
        "model": model.name,
        "aspect_ratios": list(model.aspect_ratios),
        "resolutions": list(model.resolutions),
        "durations": list(model.durations),
        "pixels": {f"{resolution} {ratio}": list(size) for (resolution, ratio), size in model.pixels.items()},
        "prompt_min": model.prompt_min,
        "prompt_max": model.prompt_max,
        "image_types": list(model.image_types),
        "image_bytes_max": model.image_bytes_max,
        "video_types": list(footage.TYPES),
        "video_bytes_max": protocol.VIDEO_BYTES_MAX,
        "no_video": footage.missing(),
    }


def _shown(problems: Sequence[Problem], refusal: OverBudgetError | None = None) -> list[dict[str, str]]:
    """Problems at their fields; the last belongs to none, and stands with the cost."""
    found = [{"field": problem.field, "message": problem.message, "fix": problem.fix} for problem in problems]
    return [*found, {"field": "", "message": refusal.what, "fix": refusal.todo}] if refusal else found
