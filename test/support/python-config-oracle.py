"""Answers, one JSON line for each JSON line, what Python's own configparser makes of a Cowrie configuration."""

import configparser
import io
import json
import sys


class Parser(configparser.ConfigParser):
    """The environment wins over the files and is taken as it stands, as in Cowrie."""

    def __init__(self, environment):
        super().__init__(interpolation=configparser.ExtendedInterpolation())
        self.environment = environment

    def get(self, section, option, *, raw=False, **others):
        name = f"COWRIE_{section}_{option}".upper()
        if name in self.environment:
            return self.environment[name]
        return super().get(section, option, raw=raw, **others)


def attempt(parser, getter, section, option):
    try:
        parser.get(section, option, raw=True)
    except (configparser.NoSectionError, configparser.NoOptionError):
        return {"missing": True}
    try:
        return {"value": getattr(parser, getter)(section, option)}
    except (configparser.Error, ValueError):
        # a NoSectionError here is about a reference inside the value
        return {"failed": True}


def load(files, environment):
    parser = Parser(environment)
    for content in files:
        # universal newlines, as open() has them
        parser.read_file(io.TextIOWrapper(io.BytesIO(content.encode()), encoding="utf-8"))
    return parser


def answer(case):
    try:
        parser = load(case["files"], case["environment"])
    except configparser.Error:
        return "refused"
    return [
        attempt(parser, getter, section, option)
        for section in case["sections"]
        for option in case["options"]
        for getter in ("get", "getboolean", "getint")
    ]


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
