"""The command line: commands, exit codes, and the one place where failures become words."""

from __future__ import annotations

import os
import signal
from importlib import import_module

import click

from app.cli.examples import examples
from app.cli.output import Root, print_problem
from app.cli.terminal import echo, throw_away
from app.domain.catalogue import EXIT_INTERRUPTED, exit_code
from app.domain.errors import ErrorCode, KubeferryError, Problem

_FIRST_STEPS = examples(
    ("doctor", "what is fine and what is not"),
    ("connect -n shop", "services by name: http://reviews:9080"),
    ("mesh deploy/reviews --header x-user=me", "these requests come to your localhost"),
    ("disconnect", "everything as it was"),
)

EXIT_CODES_HELP = """\b
Exit codes:
  0    done; for `status`: connected
  1    a fault in Kubeferry
  2    the command line was not understood
  3    not connected, or degraded (`status`, `connect`); a check failed
       (`doctor`); not in force yet (`proxy`, `mesh`)
  10   your options or your kubeconfig: also an expired login
  20   the cluster: rights, the traffic manager, its image
  30   the network: API server unreachable, proxy, overlapping subnets
  40   the helper service on this machine
  130  interrupted (Ctrl-C), or a no; what had been done was undone
"""


_MODULES = {
    "connect": "app.cli.connection",
    "disconnect": "app.cli.connection",
    "status": "app.cli.connection",
    "proxy": "app.cli.intercept",
    "mesh": "app.cli.intercept",
    "leave": "app.cli.intercept",
    "traffic": "app.cli.traffic",
    "repair": "app.cli.repair",
    "doctor": "app.cli.diagnosis",
    "manager": "app.cli.manager",
}


class _Commands(click.Group):
    """A command's module is read when it is used: `connect` does not wait for what `doctor` needs."""

    def list_commands(self, _: click.Context) -> list[str]:
        return list(_MODULES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _MODULES:
            return None
        command: click.Command = getattr(import_module(_MODULES[name]), name)
        return command

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Says which command may have been meant: click looks among those that were read already, and none was."""
        try:
            return super().resolve_command(context, words)
        except click.exceptions.NoSuchCommand as error:
            name = error.command_name
            raise click.exceptions.NoSuchCommand(name, possibilities=_MODULES, ctx=context) from None


@click.group(
    cls=_Commands,
    epilog=f"{_FIRST_STEPS}\n\n{EXIT_CODES_HELP}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(package_name="kubeferry", message="kubeferry %(version)s")
def kubeferry() -> None:
    """Puts this machine into a Kubernetes cluster's network.

    Without a command: opens the window (with `--minimised` alone: in the tray)."""


def run(arguments: list[str]) -> int:
    """Returns the exit code; never raises."""
    root = Root()
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        result = kubeferry.main(arguments, prog_name="kubeferry", standalone_mode=False, obj=root)
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        echo("Interrupted.", err=True)
        return EXIT_INTERRUPTED
    except SystemExit:
        # Click's own way when whoever read a help page has had enough: nothing may be written at exit either.
        throw_away(err=False)
        throw_away(err=True)
        return 0
    except Exception as error:
        problem = _problem(error)
        if os.environ.get("KUBEFERRY_DEBUG"):
            import logging

            logging.basicConfig()
            logging.getLogger(__name__).error("%s", problem, exc_info=error)
        print_problem(problem, root.format)
        return exit_code(problem)


def _problem(error: BaseException) -> Problem:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, KubeferryError):
        return Problem.of(error)
    return Problem(ErrorCode.INTERNAL, {"problem": type(error).__name__}, detail=str(error))
