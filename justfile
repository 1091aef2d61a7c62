# The same names as ./dev, for people who use just.
up *args:
    ./dev up {{args}}
down:
    ./dev down
status:
    ./dev status
test *args:
    ./dev test {{args}}
build:
    ./dev build
fmt:
    ./dev fmt
lint:
    ./dev lint
bench *args:
    ./dev bench {{args}}
fuzz *args:
    ./dev fuzz {{args}}
