"""The magics themselves: thin over `Studio` and the widgets."""

from __future__ import annotations

import asyncio
import keyword
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, needs_local_scope, no_var_expand
from IPython.display import display
from traitlets import Bool, CInt, Enum, Unicode, observe

from seedance_widgets import first_use, runtime, validation
from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.errors import InvalidRequestError, SeedanceError
from seedance_widgets.estimate import BUDGET
from seedance_widgets.library import is_recipe, shown_path
from seedance_widgets.models import GenerationRequest, is_url
from seedance_widgets.prompts import fill
from seedance_widgets.rendering import EMBEDS

from .dry_run import dry_run
from .options import Line, LineError, help_text, parse
from .templating import filled_in, partly_filled_in

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio
    from seedance_widgets.templates import Templates
    from seedance_widgets.widgets import Sweep

_USAGE = f"""Make a video from a prompt, in this cell.

    %seedance A red fox trots through fresh snow --duration 8 --audio
    %%seedance --image hero.png --name fox       (the prompt is the cell body)
    fox = %seedance A red fox ...                (the job, shown as well)
    %seedance A fox, {{move}} --sweep move=static,orbit --sweep duration=4,8      (several; --yes sends them)
    %seedance --template portrait subject="A fox"      (a prompt that Studio.templates keeps)
    %seedance                                    (the form)

The prompt is taken as it stands. {{name}} is a variable of the notebook; write {{{{ and }}}} for braces.
The same request gives back the take it has already, at no cost; --new makes another.

Options:
{help_text()}

Defaults: %config SeedanceMagics
"""


@magics_class
class SeedanceMagics(Magics):
    """`%config SeedanceMagics.duration = 8` changes a default for this session."""

    aspect_ratio = Enum(DEFAULT_MODEL.aspect_ratios, DEFAULT_MODEL.default_aspect_ratio, help="Width to height.").tag(
        config=True
    )
    resolution = Enum(DEFAULT_MODEL.resolutions, DEFAULT_MODEL.default_resolution, help="Size of the picture.").tag(
        config=True
    )
    duration = Enum(DEFAULT_MODEL.durations, DEFAULT_MODEL.default_duration, help="Length in seconds.").tag(config=True)
    fixed_lens = Bool(False, help="Ask for a still camera.").tag(config=True)
    generate_audio = Bool(False, help="Ask for sound.").tag(config=True)
    prompt_directory_optin = Bool(False, help="Make prompts public.").tag(config=True)
    max_credits = CInt(
        None,
        allow_none=True,
        min=0,
        help="Most credits that one take may be estimated at, however it is asked for in this session: by a magic, a"
        " form, a button or in Python. Nothing is sent above it. None for no limit; --max-credits is for one line.",
    ).tag(config=True)
    budget = CInt(
        BUDGET, allow_none=True, min=0, help="Credits that one session may use at a paid service; None for no limit."
    ).tag(config=True)
    place = Unicode("seedance", help="The folder for readable copies of finished takes; empty for no copies.").tag(
        config=True
    )
    embed = Enum(
        EMBEDS,
        "auto",
        help="How much of a video the saved notebook holds: auto is all of it up to 4 MB a cell, else its poster.",
    ).tag(config=True)

    def __init__(self, shell: InteractiveShell) -> None:
        self._configured: set[str] = set()
        self._warned = ""
        super().__init__(shell=shell)

    @observe("budget", "embed", "max_credits", "place")
    def _note(self, change: Any) -> None:
        """What is set by %config goes to the studio, once: what is set there in Python stays. At once where there is
        one, since a form may show it; else when it is made, by whomever."""
        self._configured.add(change["name"])
        studio = sys.modules.get("seedance_widgets.studio")  # not imported for this: it is heavy
        if studio is not None and studio.is_made():
            self.set_up(studio.default())
        else:
            first_use.then(self.set_up)

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def seedance(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> Job | Batch | Sweep | None:
        """Make a video from a prompt (see the options below)."""
        if line.strip() in ("--help", "-h"):
            print(_USAGE)  # noqa: T201  what help does
            return None
        if cell is None and not line.strip():
            self._show_form(GenerationRequest("", **self._defaults()))
            return None
        namespace: Mapping[str, Any] = {**self._namespace(), **(local_ns or {})}
        try:
            wanted = parse(line, options_only=cell is not None)
            template = wanted.prompt if cell is None else cell.strip()
            if wanted.template is not None:
                template, namespace = filled_in(wanted, self._studio().templates, template, namespace)
            if wanted.sweep:
                return self._sweep(wanted, template, namespace)
            if wanted.yes:
                raise LineError("--yes confirms a sweep, and there is no --sweep here.")
            request = self._request(wanted, fill(template, namespace), namespace)
            if wanted.dry_run:
                print(dry_run(self._studio(), request, new=wanted.new, allowed=wanted.max_credits))  # noqa: T201
                return None
            self._check_targets(wanted)
            studio = self._studio()
            job = studio.submit(request, new=wanted.new, max_credits=wanted.max_credits)
        except (LineError, SeedanceError) as error:
            raise _usage_error(error) from None
        return self._deliver(job, wanted)

    seedance.__doc__ = _USAGE

    @no_var_expand
    @needs_local_scope
    @line_magic
    def seedance_form(self, line: str, local_ns: Mapping[str, Any] | None = None) -> None:
        """Show the form, filled in: %seedance_form [PROMPT] [OPTIONS], with the options of %seedance.

        Variables stay in the prompt: the form shows their values, and asks for those that are missing.
        """
        namespace = {**self._namespace(), **(local_ns or {})}
        try:
            wanted = parse(line)
            prompt = wanted.prompt
            if wanted.template is not None:
                prompt = partly_filled_in(wanted, self._studio().templates, namespace)
            request = self._request(wanted, prompt, namespace)
            found = [problem for problem in validation.problems(request) if problem.field != "prompt"]
            if found:
                raise InvalidRequestError(found)
            self._show_form(request)
        except (LineError, SeedanceError) as error:
            raise _usage_error(error) from None

    @line_magic
    def seedance_history(self, line: str) -> None:
        """Show the takes, newest first, to search and to go on from: %seedance_history [HOW MANY].

        The saved notebook keeps so many of them as a table, and so does what shows no widgets.
        """
        text = line.strip()
        if text and not (text.isascii() and text.isdigit() and 0 < int(text) <= 10_000):
            raise UsageError("How many takes? Write a whole number: %seedance_history 20.")
        from seedance_widgets.widgets import Gallery

        try:
            studio = self._studio()
            if not studio.history(limit=1):
                print("No takes yet. Start with %seedance and a prompt.")  # noqa: T201
                return
            gallery = Gallery(studio, rows=int(text or 20))
        except SeedanceError as error:
            raise _usage_error(error) from None
        display(gallery)

    @line_magic
    def seedance_resume(self, line: str) -> None:
        """Find unfinished jobs and follow them again. Nothing is sent."""
        if line.strip():
            raise UsageError("%seedance_resume takes nothing after it.")
        try:
            studio = self._studio()
            jobs = studio.resume()
            others = sorted({job.connection.label for job in studio.unfinished() if job not in jobs})
        except SeedanceError as error:
            raise _usage_error(error) from None
        if not jobs:
            print("No unfinished jobs.")  # noqa: T201
        if others:
            print(f"Unfinished at {', '.join(others)} too: set SEEDANCE_BASE_URL and its key to follow them.")  # noqa: T201
        for job in jobs:
            self._show(job)

    @line_magic
    def seedance_templates(self, line: str) -> Templates:
        """List the prompts that are kept: %seedance_templates. `save(name, prompt, ...)` of what it gives keeps one."""
        if line.strip():
            raise UsageError("%seedance_templates takes nothing after it. %seedance --template NAME makes a video.")
        return self._studio().templates

    @line_magic
    def seedance_login(self, line: str) -> None:
        """Enter the API key, hidden while you type. It is never part of the notebook."""
        if line.strip():
            raise UsageError("Do not write the key into the notebook: run %seedance_login alone and it asks for it.")
        import getpass

        try:
            key = getpass.getpass("Seedance API key: ")
        except (StdinNotImplementedError, EOFError):
            raise UsageError(
                "This notebook cannot ask for input. Set SEEDANCE_API_KEY before the kernel starts."
            ) from None
        if not key.strip():
            raise UsageError("No key was entered; nothing changed.")
        failure: SeedanceError | None = None
        try:
            print(self._studio().login(key))  # noqa: T201
        except SeedanceError as error:
            failure = error
        finally:
            del key  # a verbose traceback prints locals
        if failure is not None:
            raise _usage_error(failure)

    def _namespace(self) -> dict[str, Any]:
        return self.shell.user_ns if self.shell is not None else {}

    def set_up(self, studio: Studio) -> None:
        """Tell the studio what was set by %config since it was last told."""
        if "place" in self._configured:
            studio.place = Path(self.place) if self.place else None
        if "budget" in self._configured:
            studio.budget = self.budget
        if "max_credits" in self._configured:
            studio.max_credits = self.max_credits
        if "embed" in self._configured:
            studio.embed = self.embed
        self._configured.clear()

    def _studio(self) -> Studio:
        from seedance_widgets.studio import default  # and with it HTTP and the ledger: at first use, not at load

        return default()

    def _defaults(self) -> dict[str, Any]:
        names = ("aspect_ratio", "resolution", "duration", "fixed_lens", "generate_audio", "prompt_directory_optin")
        return {name: getattr(self, name) for name in names}

    def _settings(self, wanted: Line, namespace: Mapping[str, Any]) -> dict[str, Any]:
        settings = {**self._defaults(), **wanted.defaults, **wanted.settings}
        if "images" in settings:
            settings["images"] = tuple(_image(image, namespace) for image in settings["images"])
        return settings

    def _request(self, wanted: Line, prompt: str, namespace: Mapping[str, Any]) -> GenerationRequest:
        return GenerationRequest(prompt=prompt, **self._settings(wanted, namespace))

    def _sweep(self, wanted: Line, template: str, namespace: Mapping[str, Any]) -> Batch | Sweep:
        """A batch, sent where --yes says so or nothing new is made; in a notebook, the widget. The cell shows it as its
        result."""
        from .sweeping import as_batch, as_widget, read

        self._check_targets(wanted)
        settings = self._settings(wanted, namespace)
        swept = read(wanted, template, settings, namespace, lambda image: _image(image, namespace))
        live = getattr(self.shell, "kernel", None) is not None and not wanted.dry_run
        made = (as_widget if live and swept.has_widget else as_batch)(swept, wanted, self._studio())
        self._warn()
        if wanted.name and self.shell is not None:
            self.shell.user_ns[wanted.name] = made
        return made

    def _check_targets(self, wanted: Line) -> None:
        if wanted.name and keyword.iskeyword(wanted.name):
            raise LineError(f"{wanted.name!r} is a word of Python and cannot be a variable.")
        if wanted.save:
            wanted.save = _absolute(wanted.save)
            if is_recipe(Path(wanted.save)):
                raise LineError("The recipe goes to the .json beside the video. Save the video as .mp4.")
            if Path(wanted.save).is_file():
                raise LineError(f"{wanted.save} exists already. Choose another path; nothing is overwritten.")

    def _deliver(self, job: Job, wanted: Line) -> Job:
        if wanted.name and self.shell is not None:
            self.shell.user_ns[wanted.name] = job
        self._warn()
        self._show(job)
        if wanted.save:
            saving = runtime.submit(_save(job, wanted.save))
        if wanted.wait:
            job.wait()
            self._warn()
            if wanted.save and (trouble := saving.result()):
                raise UsageError(trouble)
        return job

    def _warn(self) -> None:
        """Say what is not saved, once."""
        said = self._studio().not_saved
        if said and said != self._warned:
            self._warned = said
            print(said)  # noqa: T201  what a person must know of the take they asked for

    def _show(self, job: Job) -> None:
        from seedance_widgets.widgets.showing import show

        show(job)

    def _show_form(self, request: GenerationRequest) -> None:
        from seedance_widgets.widgets import SeedanceForm

        display(SeedanceForm(**request.settings(), images=list(request.images), studio=self._studio()))


def _image(text: Any, namespace: Mapping[str, Any]) -> Any:
    """What `--image` means: the value of a variable of that name, else an address or a path."""
    if not isinstance(text, str) or is_url(text) or not text.isidentifier():
        return text
    if text in namespace:
        return namespace[text]
    if not Path(text).exists():
        raise LineError(f"{text} is neither a variable of this notebook nor a file.")
    return text


def _absolute(path: str) -> str:
    """The path as it is meant now: a later cell may change the folder. LineError for what can be none."""
    try:
        absolute = Path(path).expanduser().absolute()
    except (OSError, RuntimeError):  # there is no such user, or no current folder
        absolute = None
    if absolute is None or "\0" in path:
        raise LineError(f"{path!r} is not a usable path for --save.")
    return str(absolute)


def _usage_error(error: Exception) -> UsageError:
    """One line without a traceback. UsageError exactly: IPython prints a traceback for a subclass."""
    if isinstance(error, InvalidRequestError):
        return UsageError(" ".join(map(str, error.problems)))
    return UsageError(" ".join(str(error).splitlines()))


async def _save(job: Job, path: str) -> str:
    """Save the video once it is there. What went wrong with that, in words: the cell says so too."""
    try:
        await job
    except SeedanceError:  # there is none, and the cell says why
        return ""
    try:
        await asyncio.to_thread(job.save, path)
    except (SeedanceError, OSError) as error:
        why = error.what if isinstance(error, SeedanceError) else error.strerror or type(error).__name__
        job.copy_failed(shown_path(Path(path)), why)
        return f"The video was not saved to {path}: {why}. It is kept at {job.path}."
    return ""
