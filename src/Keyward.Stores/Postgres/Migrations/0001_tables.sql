-- Rows that carry authority. Each ends in the number of the change that wrote it, and its seal.

CREATE TABLE deployment (
    id TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    node TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE sealed_key (
    id BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    create_time BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE project (
    id TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    project_key BYTEA NOT NULL,
    policy TEXT COLLATE "C",
    policy_revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE key_ring (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    create_time BIGINT NOT NULL,
    policy TEXT COLLATE "C",
    policy_revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, ring)
);

CREATE TABLE crypto_key (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    uuid BYTEA NOT NULL,
    purpose BIGINT NOT NULL,
    algorithm BIGINT NOT NULL,
    protection_level BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    primary_version BIGINT,
    next_version BIGINT NOT NULL,
    rotation_period BIGINT,
    next_rotation_time BIGINT,
    destroy_scheduled_duration BIGINT NOT NULL,
    import_only BIGINT NOT NULL,
    labels TEXT COLLATE "C",
    policy TEXT COLLATE "C",
    policy_revision BIGINT NOT NULL,
    delete_time BIGINT,
    state BIGINT NOT NULL,
    deletion_time BIGINT,
    deletion_window BIGINT,
    description TEXT COLLATE "C",
    tags TEXT COLLATE "C",
    primary_location TEXT COLLATE "C",
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, ring, key)
);

CREATE TABLE key_version (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    state BIGINT NOT NULL,
    algorithm BIGINT NOT NULL,
    protection_level BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    generate_time BIGINT,
    destroy_time BIGINT,
    destroy_event_time BIGINT,
    parent_key BYTEA NOT NULL,
    attributes BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    origin BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    fingerprint BYTEA NOT NULL,
    import_job TEXT COLLATE "C",
    import_method BIGINT,
    import_time BIGINT,
    imported_by TEXT COLLATE "C",
    delete_time BIGINT,
    import_failure TEXT COLLATE "C",
    material_expire_time BIGINT,
    material_description TEXT COLLATE "C",
    rotate_time BIGINT,
    messages BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, ring, key, number)
);

CREATE TABLE principal (
    email TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    unique_id TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    policies TEXT COLLATE "C",
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (email)
);

CREATE TABLE credential (
    id TEXT COLLATE "C" NOT NULL,
    kind BIGINT NOT NULL,
    email TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    expire_time BIGINT,
    public_key BYTEA,
    parent_key BYTEA,
    sealed BYTEA,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

-- Movable names of keys; a deleted one stays in that state.
CREATE TABLE alias (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    alias TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    version BIGINT,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, alias)
);

CREATE TABLE issuer (
    id TEXT COLLATE "C" NOT NULL,
    uid TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    uri TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    rules TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE witnessed_log (
    origin TEXT COLLATE "C" PRIMARY KEY,
    vkeys TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL,
    create_time BIGINT NOT NULL,
    update_time BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE TABLE audit_hold (
    name TEXT COLLATE "C" PRIMARY KEY,
    reason TEXT COLLATE "C" NOT NULL,
    from_time BIGINT,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE TABLE audit_retention (
    id TEXT COLLATE "C" PRIMARY KEY,
    data_days BIGINT NOT NULL,
    admin_days BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE TABLE audit_pruning (
    log TEXT COLLATE "C" PRIMARY KEY,
    first_index BIGINT NOT NULL,
    time BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL
);

CREATE TABLE quota (
    resource TEXT COLLATE "C" NOT NULL,
    metric TEXT COLLATE "C" NOT NULL,
    value BIGINT,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (resource, metric)
);

CREATE TABLE credential_use (
    id TEXT COLLATE "C" NOT NULL,
    last_use_time BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE deployment_policy (
    id TEXT COLLATE "C" NOT NULL,
    policy TEXT COLLATE "C" NOT NULL,
    policy_revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE key_grant (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C",
    grantee TEXT COLLATE "C" NOT NULL,
    retiring_principal TEXT COLLATE "C",
    operations TEXT COLLATE "C" NOT NULL,
    constraint_kind BIGINT,
    constraint_pairs BYTEA,
    create_time BIGINT NOT NULL,
    expire_time BIGINT,
    maximum_uses BIGINT,
    uses BIGINT NOT NULL,
    state BIGINT NOT NULL,
    issuer TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C",
    grantee_arn TEXT COLLATE "C",
    retiring_arn TEXT COLLATE "C",
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, ring, key, id)
);

CREATE TABLE custom_role (
    name TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    permissions TEXT COLLATE "C" NOT NULL,
    stage BIGINT NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE principal_group (
    email TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    members TEXT COLLATE "C" NOT NULL,
    state BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (email)
);

CREATE TABLE revision (
    subject TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    time BIGINT NOT NULL,
    principal TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C",
    text TEXT COLLATE "C",
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (subject, number)
);

CREATE TABLE import_job (
    project TEXT COLLATE "C" NOT NULL,
    location TEXT COLLATE "C" NOT NULL,
    ring TEXT COLLATE "C" NOT NULL,
    job TEXT COLLATE "C" NOT NULL,
    uuid BYTEA NOT NULL,
    method BIGINT NOT NULL,
    protection_level BIGINT NOT NULL,
    create_time BIGINT NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    generate_time BIGINT,
    expire_time BIGINT NOT NULL,
    expire_event_time BIGINT,
    public_key BYTEA,
    parent_key BYTEA,
    sealed BYTEA,
    policy TEXT COLLATE "C",
    policy_revision BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seal BYTEA NOT NULL,
    PRIMARY KEY (project, location, ring, job)
);

-- One row: the last change, the sealed sum over all rows, and the id that a restore replaces. Every change locks it
-- first; the room left in its page keeps its updates off the index.
CREATE TABLE counter (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    seq BIGINT NOT NULL,
    sealed_sum BYTEA NOT NULL,
    incarnation BYTEA NOT NULL
);

-- The changes themselves, whole, for nodes that follow and for what a row was before it was altered.
CREATE TABLE feed (
    seq BIGINT PRIMARY KEY,
    op BYTEA NOT NULL UNIQUE,
    changes BYTEA NOT NULL
);

-- Records that were committed with their change and may not be in the log of their node yet.
CREATE TABLE outbox (
    record_id BYTEA PRIMARY KEY,
    seq BIGINT NOT NULL,
    node TEXT COLLATE "C" NOT NULL,
    record BYTEA NOT NULL
);

-- The nodes that serve, and how far each has followed. The seal is over the row's own claims.
CREATE TABLE node (
    id TEXT COLLATE "C" PRIMARY KEY,
    boot BYTEA NOT NULL,
    renewals BIGINT NOT NULL,
    applied BIGINT NOT NULL,
    incarnation BYTEA NOT NULL,
    dead BIGINT NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    build TEXT COLLATE "C" NOT NULL,
    machine TEXT COLLATE "C" NOT NULL,
    mac BYTEA NOT NULL,
    draining BIGINT NOT NULL DEFAULT 0,
    root TEXT COLLATE "C" NOT NULL DEFAULT '',
    demands TEXT COLLATE "C" NOT NULL DEFAULT ''
);

-- Who runs what is due.
CREATE TABLE leader (
    name TEXT COLLATE "C" PRIMARY KEY,
    node TEXT COLLATE "C" NOT NULL,
    boot BYTEA NOT NULL,
    term BIGINT NOT NULL,
    renewals BIGINT NOT NULL
);

-- How long a node may serve by what it knows, and how long a change waits for one that says nothing. It stands here
-- and not in a node's settings, since nodes that disagree about it are unsafe.
CREATE TABLE lease (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    lease_ms BIGINT NOT NULL,
    wait_ms BIGINT NOT NULL,
    moved BIGINT NOT NULL DEFAULT 0
);

-- What a node's log asks another node as its witness, and the answer. Notes and proofs: nothing here is believed that
-- is not signed.
CREATE TABLE vouching (
    origin TEXT COLLATE "C" NOT NULL,
    witness TEXT COLLATE "C" NOT NULL,
    request BYTEA NOT NULL,
    is_open BIGINT NOT NULL,
    known BIGINT,
    cosigned BYTEA NOT NULL DEFAULT '',
    PRIMARY KEY (origin, witness)
);

-- The logs' signed checkpoints, by which a log that was put back or exchanged is known. Only ever added to.
CREATE TABLE audit_checkpoint (
    origin TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    note BYTEA NOT NULL,
    time BIGINT NOT NULL,
    PRIMARY KEY (origin, size)
);
