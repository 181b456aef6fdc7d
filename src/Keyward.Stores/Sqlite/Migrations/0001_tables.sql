-- Rows that carry authority. Each ends in the number of the change that wrote it, and its seal.

CREATE TABLE deployment (
    id TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    node TEXT NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE sealed_key (
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BLOB NOT NULL,
    create_time INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE project (
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    project_key BLOB NOT NULL,
    policy TEXT,
    policy_revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE key_ring (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    ring TEXT NOT NULL,
    create_time INTEGER NOT NULL,
    policy TEXT,
    policy_revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, ring)
) WITHOUT ROWID;

CREATE TABLE crypto_key (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    ring TEXT NOT NULL,
    key TEXT NOT NULL,
    uuid BLOB NOT NULL,
    purpose INTEGER NOT NULL,
    algorithm INTEGER NOT NULL,
    protection_level INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    primary_version INTEGER,
    next_version INTEGER NOT NULL,
    rotation_period INTEGER,
    next_rotation_time INTEGER,
    destroy_scheduled_duration INTEGER NOT NULL,
    import_only INTEGER NOT NULL,
    labels TEXT,
    policy TEXT,
    policy_revision INTEGER NOT NULL,
    delete_time INTEGER,
    state INTEGER NOT NULL,
    deletion_time INTEGER,
    deletion_window INTEGER,
    description TEXT,
    tags TEXT,
    primary_location TEXT,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, ring, key)
) WITHOUT ROWID;

CREATE TABLE key_version (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    ring TEXT NOT NULL,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    state INTEGER NOT NULL,
    algorithm INTEGER NOT NULL,
    protection_level INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    generate_time INTEGER,
    destroy_time INTEGER,
    destroy_event_time INTEGER,
    parent_key BLOB NOT NULL,
    attributes BLOB NOT NULL,
    sealed BLOB NOT NULL,
    origin INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    import_job TEXT,
    import_method INTEGER,
    import_time INTEGER,
    imported_by TEXT,
    delete_time INTEGER,
    import_failure TEXT,
    material_expire_time INTEGER,
    material_description TEXT,
    rotate_time INTEGER,
    messages INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, ring, key, number)
) WITHOUT ROWID;

CREATE TABLE principal (
    email TEXT NOT NULL,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    unique_id TEXT NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    policies TEXT,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (email)
) WITHOUT ROWID;

CREATE TABLE credential (
    id TEXT NOT NULL,
    kind INTEGER NOT NULL,
    email TEXT NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    expire_time INTEGER,
    public_key BLOB,
    parent_key BLOB,
    sealed BLOB,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

-- Movable names of keys; a deleted one stays in that state.
CREATE TABLE alias (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    alias TEXT NOT NULL,
    ring TEXT NOT NULL,
    key TEXT NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    version INTEGER,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, alias)
) WITHOUT ROWID;

CREATE TABLE issuer (
    id TEXT NOT NULL,
    uid TEXT NOT NULL,
    project TEXT NOT NULL,
    uri TEXT NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    rules TEXT NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE witnessed_log (
    origin TEXT PRIMARY KEY,
    vkeys TEXT NOT NULL,
    state INTEGER NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    create_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit_hold (
    name TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    from_time INTEGER,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit_retention (
    id TEXT PRIMARY KEY,
    data_days INTEGER NOT NULL,
    admin_days INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit_pruning (
    log TEXT PRIMARY KEY,
    first_index INTEGER NOT NULL,
    time INTEGER NOT NULL,
    digest BLOB NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE quota (
    resource TEXT NOT NULL,
    metric TEXT NOT NULL,
    value INTEGER,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (resource, metric)
) WITHOUT ROWID;

CREATE TABLE credential_use (
    id TEXT NOT NULL,
    last_use_time INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE deployment_policy (
    id TEXT NOT NULL,
    policy TEXT NOT NULL,
    policy_revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (id)
) WITHOUT ROWID;

CREATE TABLE key_grant (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    ring TEXT NOT NULL,
    key TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    grantee TEXT NOT NULL,
    retiring_principal TEXT,
    operations TEXT NOT NULL,
    constraint_kind INTEGER,
    constraint_pairs BLOB,
    create_time INTEGER NOT NULL,
    expire_time INTEGER,
    maximum_uses INTEGER,
    uses INTEGER NOT NULL,
    state INTEGER NOT NULL,
    issuer TEXT NOT NULL,
    parent TEXT,
    grantee_arn TEXT,
    retiring_arn TEXT,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, ring, key, id)
) WITHOUT ROWID;

CREATE TABLE custom_role (
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    permissions TEXT NOT NULL,
    stage INTEGER NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID;

CREATE TABLE principal_group (
    email TEXT NOT NULL,
    project TEXT,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    members TEXT NOT NULL,
    state INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (email)
) WITHOUT ROWID;

CREATE TABLE revision (
    subject TEXT NOT NULL,
    number INTEGER NOT NULL,
    time INTEGER NOT NULL,
    principal TEXT NOT NULL,
    reason TEXT,
    text TEXT,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (subject, number)
) WITHOUT ROWID;

CREATE TABLE import_job (
    project TEXT NOT NULL,
    location TEXT NOT NULL,
    ring TEXT NOT NULL,
    job TEXT NOT NULL,
    uuid BLOB NOT NULL,
    method INTEGER NOT NULL,
    protection_level INTEGER NOT NULL,
    create_time INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    generate_time INTEGER,
    expire_time INTEGER NOT NULL,
    expire_event_time INTEGER,
    public_key BLOB,
    parent_key BLOB,
    sealed BLOB,
    policy TEXT,
    policy_revision INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (project, location, ring, job)
) WITHOUT ROWID;

-- One row: the last change, the sealed sum over all rows, and the id that a restore replaces.
CREATE TABLE counter (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    seq INTEGER NOT NULL,
    sealed_sum BLOB NOT NULL,
    incarnation BLOB NOT NULL
);

-- The changes themselves, whole, for nodes that follow and for what a row was before it was altered.
CREATE TABLE feed (
    seq INTEGER PRIMARY KEY,
    op BLOB NOT NULL,
    changes BLOB NOT NULL
);

-- Records that were committed with their change and may not be in the audit log yet.
CREATE TABLE outbox (
    record_id BLOB PRIMARY KEY,
    seq INTEGER NOT NULL,
    node TEXT NOT NULL,
    record BLOB NOT NULL
) WITHOUT ROWID;

-- The logs' signed checkpoints, by which a log that was put back or exchanged is known. Only ever added to.
CREATE TABLE audit_checkpoint (
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    note BLOB NOT NULL,
    time INTEGER NOT NULL,
    PRIMARY KEY (origin, size)
) WITHOUT ROWID;
