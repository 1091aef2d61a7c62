-- The event log and the replicated state that is not rebuilt from it. Views live in the schema "live", made by projections.
-- The server works as vt_app, which owns the views and may only add to log.events (S1).

CREATE SCHEMA live AUTHORIZATION vt_app;
GRANT USAGE ON SCHEMA log TO vt_app;

CREATE TABLE log.events (
    event_id        bigint      NOT NULL PRIMARY KEY,
    occurred_at     timestamptz NOT NULL,
    aggregate_type  text        NOT NULL COLLATE "C",
    aggregate_id    text        NOT NULL COLLATE "C",
    aggregate_seq   integer     NOT NULL,
    event_type      text        NOT NULL COLLATE "C",
    event_version   integer     NOT NULL,
    actor_type      text        NOT NULL COLLATE "C",
    actor_id        text        NOT NULL COLLATE "C",
    org_id          text        COLLATE "C",
    project_id      text        COLLATE "C",
    app_id          text        COLLATE "C",
    env_id          text        COLLATE "C",
    request_id      text        NOT NULL COLLATE "C",
    batch_id        text        NOT NULL COLLATE "C",
    batch_index     integer     NOT NULL,
    idempotency_key text        COLLATE "C",
    correlation_id  text        COLLATE "C",
    causation_id    bigint,
    payload         text        NOT NULL COLLATE "C",
    chain_hash      bytea       NOT NULL
);
CREATE UNIQUE INDEX events_by_aggregate ON log.events (aggregate_id, aggregate_seq, aggregate_type);
CREATE INDEX events_by_org ON log.events (org_id, event_id) WHERE org_id IS NOT NULL;

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are never changed or deleted (S1)' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER events_are_immutable BEFORE UPDATE OR DELETE ON log.events
    FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER events_are_kept BEFORE TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
GRANT SELECT, INSERT ON log.events TO vt_app;

-- One row: what has been applied. Its lock is what makes commit order the order of event ids (S8).
CREATE TABLE log.log_head (
    one           boolean     NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    applied_index bigint      NOT NULL,
    event_id      bigint      NOT NULL,
    chain_hash    bytea       NOT NULL,
    occurred_at   timestamptz NOT NULL,
    log_time      timestamptz NOT NULL,
    swept_at      timestamptz NOT NULL,
    epoch         bigint      NOT NULL
) WITH (fillfactor = 50);
INSERT INTO log.log_head VALUES
    (true, 0, 0, decode(repeat('00', 32), 'hex'), 'epoch', 'epoch', 'epoch', 0);
GRANT SELECT, UPDATE ON log.log_head TO vt_app;

-- The head of each aggregate, from its events alone.
CREATE TABLE log.aggregates (
    aggregate_type text    NOT NULL COLLATE "C",
    aggregate_id   text    NOT NULL COLLATE "C",
    seq            integer NOT NULL,
    alive          boolean NOT NULL,
    org_id         text    COLLATE "C",
    project_id     text    COLLATE "C",
    app_id         text    COLLATE "C",
    env_id         text    COLLATE "C",
    PRIMARY KEY (aggregate_id, aggregate_type)
) WITH (fillfactor = 80);
CREATE INDEX aggregates_of_org ON log.aggregates (org_id, aggregate_type) WHERE alive AND org_id IS NOT NULL;
CREATE INDEX aggregates_of_project ON log.aggregates (project_id, aggregate_type) WHERE alive AND project_id IS NOT NULL;
CREATE INDEX aggregates_of_app ON log.aggregates (app_id, aggregate_type) WHERE alive AND app_id IS NOT NULL;
CREATE INDEX aggregates_of_env ON log.aggregates (env_id, aggregate_type) WHERE alive AND env_id IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON log.aggregates TO vt_app;

CREATE TABLE log.claims (
    scope      text NOT NULL COLLATE "C",
    key        text NOT NULL COLLATE "C",
    owner_type text NOT NULL COLLATE "C",
    owner_id   text NOT NULL COLLATE "C",
    PRIMARY KEY (scope, key)
);
CREATE INDEX claims_of_owner ON log.claims (owner_id, owner_type);
GRANT SELECT, INSERT, UPDATE, DELETE ON log.claims TO vt_app;

CREATE TABLE log.side_records (
    kind       text    NOT NULL COLLATE "C",
    key        text    NOT NULL COLLATE "C",
    version    integer NOT NULL,
    content    bytea   NOT NULL,
    expires_at timestamptz,
    PRIMARY KEY (kind, key)
);
CREATE INDEX side_records_by_expiry ON log.side_records (expires_at) WHERE expires_at IS NOT NULL;
GRANT SELECT, INSERT, UPDATE, DELETE ON log.side_records TO vt_app;

CREATE TABLE log.batch_answers (
    batch_id      text        NOT NULL PRIMARY KEY COLLATE "C",
    applied_index bigint      NOT NULL,
    log_time      timestamptz NOT NULL,
    answer        text        NOT NULL
);
CREATE INDEX batch_answers_by_time ON log.batch_answers (log_time);
GRANT SELECT, INSERT, DELETE ON log.batch_answers TO vt_app;

-- How far each projection has come. Core ones share log_head; their row only says which code made the tables.
CREATE TABLE log.checkpoints (
    projection    text    NOT NULL PRIMARY KEY COLLATE "C",
    kind          text    NOT NULL CHECK (kind IN ('core', 'derived')),
    code_version  integer NOT NULL,
    tables        text[]  NOT NULL,
    last_event_id bigint  NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON log.checkpoints TO vt_app;

-- Has no rows. Readers of views lock it in shared mode, whoever swaps the tables of a view in exclusive mode.
CREATE TABLE log.view_swap (nothing boolean);
GRANT SELECT, UPDATE ON log.view_swap TO vt_app;
