"""`manage.py up`: start the engines, prepare the stores, start the app, and mind all of it.

It runs without Django, which cannot be set up before the secrets and the engines are there.
"""

import json
import os
import re
import signal
import sys

from embedded import datafolder
from embedded import launch_environment as environment
from embedded.engines import services
from embedded.launch_environment import ROOT, Options
from embedded.launch_screen import FIRST_LOGIN, Screen, first_login, welcome
from embedded.probe import http_get, is_free
from embedded.supervisor import Service, StartError, StopRequested, Supervisor

MANAGE = [sys.executable, str(ROOT / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "-A", "config"]


def main() -> int:
    """Run Sonde; returns the exit code. What can be expected to go wrong is one sentence."""
    screen = Screen(sys.stdout)
    try:
        options = environment.read_options(os.environ)
        datafolder.prepare(options.folder)
        with datafolder.only_user(options.folder):
            run(options, screen)
    except StartError as error:
        screen.fail(plain(str(error)))
        return 1
    except OSError as error:
        screen.fail(f"the system says {error}.")
        return 1
    except KeyboardInterrupt:  # before anything was started that could be stopped
        return 130
    return 0


def plain(problem: str) -> str:
    """A wrong setting, which Django reports by a traceback, without the traceback."""
    said_by_django = re.search(r"(?:ImproperlyConfigured|CommandError): (.+)", problem)
    return said_by_django[1] if said_by_django else problem


def run(options: Options, screen: Screen) -> None:
    """Start all, mind all, and stop all, however it ends. The data folder is ours meanwhile."""
    if ended := datafolder.end_leftovers(options.folder):
        screen.note(f"Ended {ended} processes that an earlier run had left behind.")
    require_free_port(options)
    secrets = datafolder.read_secrets(options.folder)
    ports = environment.ports_for_engines(options)
    engines = services(
        options.wanted_engines, options.folder, ports, environment.passwords(secrets)
    )
    supervisor = Supervisor(
        options.folder,
        environment.for_the_app(os.environ, options, secrets, ports),
        say=screen.note,
        while_waiting=screen.refresh,
    )
    with supervisor.listening_to_signals():
        try:
            seeded = start(options, engines, supervisor, screen)
            screen.show(welcome(options.base_url, options.folder, seeded, screen.elapsed()))
            supervisor.watch()
        except StopRequested:
            screen.note("Stopping. Press Ctrl-C again to end everything at once.")
        finally:
            supervisor.stop()
    screen.note(f"Stopped. All data stays in {options.folder}")


def require_free_port(options: Options) -> None:
    if not is_free(options.host, options.port):
        other = options.port + 1 if options.port < 65535 else 8000
        raise StartError(
            f"port {options.port} on {options.host} is taken or cannot be opened. "
            f"Choose another one: SONDE_PORT={other} make up"
        )


def start(
    options: Options, engines: list[Service], supervisor: Supervisor, screen: Screen
) -> dict[str, str | None]:
    """Bring everything up; returns what the seed says about the first login."""
    if engines:
        names = ", ".join(service.name for service in engines)
        with screen.step(f"Starting {names}"):
            supervisor.start(*engines)
    with screen.step("Preparing the stores"):
        seeded = json.loads(supervisor.run("prepare", [*MANAGE, "prepare"], {}))
    if seeded["secret_key"] or seeded["password"]:
        text = first_login(options.base_url, seeded)
        datafolder.write_private(options.folder / FIRST_LOGIN, f"{options.base_url}\n\n{text}\n")
    with screen.step("Starting web, worker, beat"):
        supervisor.start(*app(options))
    return seeded


def app(options: Options) -> list[Service]:
    """Our own processes. Only web has a probe; the others show in their logs how they are."""
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    return [
        Service(
            name="web",
            argv=[*gunicorn, "config.wsgi"],
            is_ready=lambda: is_healthy(options),
        ),
        Service(
            name="worker",
            argv=[*CELERY, "worker", "--concurrency", "3", "--loglevel", "WARNING"],
            stop_signals=(signal.SIGTERM, signal.SIGQUIT),  # finish the tasks, then give them back
        ),
        # Its own pid file would survive a kill and keep it from starting; the supervisor knows it.
        Service(name="beat", argv=[*CELERY, "beat", "--pidfile=", "--loglevel", "WARNING"]),
    ]


def is_healthy(options: Options) -> bool:
    answer = http_get(options.probe_host, options.port, "/readyz")
    return answer is not None and answer[0] == 200
