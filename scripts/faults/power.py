# SPDX-License-Identifier: Apache-2.0
"""F04, F05: the power goes while a step works, at random moments and behind each call that makes writing durable.

Whatever a step had said is done is still done, the next run ends by itself as a straight one, and what is served and
kept is the same. The control leaves those calls out: it must lose something, or this proves nothing."""

import os
import random
import signal
import subprocess
import time

import stage as stages

DURABLE = "fsync,fdatasync,syncfs,sync_file_range"


def cut(stage, image, command, moment):
    """Runs a command on a fresh copy of an image until the moment, cuts the power, mounts again."""
    stage.reset(image)
    ended = moment(stage, command)
    stages.unmount(stage.place)
    stages.mount(stage.image, stage.place)
    return ended


def after(seconds):
    """A moment of the clock. Answers the exit code of a run that had ended by then."""
    def moment(stage, command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        ended = process.poll()
        stages.shutdown(stage.place)
        process.kill()
        process.wait()
        return ended
    return moment


def behind(number):
    """Straight behind the n-th durable call, whichever thread makes it."""
    def moment(stage, command):
        process = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={DURABLE}",
                                    "-e", f"inject={DURABLE}:signal=SIGSTOP:when={number}", *command],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)
        while process.poll() is None and not stopped(process.pid):
            time.sleep(0.002)
        ended = process.poll()
        stages.shutdown(stage.place)
        if ended is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return ended
    return moment


def stopped(tracer):
    """Whether the program that the tracer runs was stopped by its signal: a trap at a call is over in no time."""
    for task in children(tracer):
        if is_still(task):
            time.sleep(0.02)
            if is_still(task):
                return True
    return False


def is_still(task):
    try:
        return open(f"/proc/{task}/stat").read().rsplit(")", 1)[1].split()[0] in "tT"
    except OSError:
        return False


def children(pid):
    try:
        return open(f"/proc/{pid}/task/{pid}/children").read().split()
    except OSError:
        return []


def count(stage, image, command):
    """How many durable calls a straight run makes, and what it takes."""
    stage.reset(image)
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    seconds = time.monotonic() - started
    stages.unmount(stage.place)
    stage.reset(image)
    log = stage.work / "calls"
    subprocess.run(["strace", "-f", "-qq", "-o", str(log), "-e", f"trace={DURABLE}", *command], check=True,
                   capture_output=True)
    stages.unmount(stage.place)
    calls = sum(any(f"{name}(" in line for name in DURABLE.split(",")) for line in log.read_text().splitlines())
    return calls, seconds


def straight(stage, image, step):
    """What the course ends with when nothing happens."""
    stage.reset(image)
    for later in stages.STEPS[stages.STEPS.index(step):]:
        stage.must(later)
    end = stage.end()
    stages.unmount(stage.place)
    return end


def goes_on(stage, step, ended):
    """Runs the rest of the course; the complaint, if there is one."""
    if ended == 0:
        # What was acknowledged is not done again: the step behind it finds everything there.
        later = stages.STEPS[stages.STEPS.index(step) + 1:]
    else:
        later = stages.STEPS[stages.STEPS.index(step):]
    # The last step once more: it is done already, and leaves nothing behind.
    for each in (*later, stages.STEPS[-1]):
        done = stage.run(each)
        if done.returncode:
            return f"{each} ended with {done.returncode}: {done.stderr.strip()[-400:]}"
    return None


def difference(seen, expected):
    return {name: (seen[name], expected[name]) for name in seen | expected if seen[name] != expected[name]}


def trial(stage, image, step, moment, expected):
    ended = cut(stage, image, stage.command(step), moment)
    complaint = goes_on(stage, step, ended)
    if complaint is None:
        served, kept = stage.end()
        if served != expected[0]:
            complaint = "the library differs from a straight run's"
        elif kept != expected[1]:
            complaint = f"files kept differ: {difference(kept, expected[1])}"
    stages.unmount(stage.place)
    return ended, complaint


def measure(stage, base, moments, seed):
    """Cuts the power in each step that writes; answers the complaints."""
    source, complaints = random.Random(seed), []
    for step in ("add", "export", "import", "return", "ingest"):
        image = stage.before(base, step)
        expected = straight(stage, image, step)
        calls, seconds = count(stage, image, stage.command(step))
        borders = sorted(source.sample(range(1, calls + 1), min(calls, moments)))
        tries = [(f"behind durable call {number}", behind(number)) for number in borders]
        times = sorted(source.uniform(0, seconds * 1.2) for _ in range(moments))
        tries += [(f"after {moment:.3f} s", after(moment)) for moment in times]
        whole = 0
        for name, moment in tries:
            ended, complaint = trial(stage, image, step, moment, expected)
            whole += ended == 0
            if complaint:
                complaints.append(f"{step}, {name}: {complaint}")
        print(f"power  {step:7} {len(borders)} of {calls} durable calls, {moments} moments, {whole} behind the end: "
              f"{len(complaints)} complaints so far", flush=True)
    return complaints


def control(stage, base, moments):
    """The same straight behind the end of steps whose durable calls do nothing: something must be lost."""
    losses = 0
    for step in ("export", "import"):
        image = stage.before(base, step)
        expected = straight(stage, image, step)
        for _ in range(moments):
            command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={DURABLE}", "-e",
                       f"inject={DURABLE}:retval=0", *stage.command(step)]
            ended = cut(stage, image, command, after(60))
            complaint = goes_on(stage, step, ended)
            losses += bool(complaint) or stage.end()[0] != expected[0]
            stages.unmount(stage.place)
    print(f"power  control: {losses} of {2 * moments} lost something", flush=True)
    return [] if losses else ["the control lost nothing: these cuts prove nothing"]
