namespace Keyward.Vault.Storage;

/// <summary>All tables of rows that carry authority, in the order in which they are loaded: a row's owner stands in an
/// earlier table. Times are microseconds since 1970, UTC.</summary>
internal static class Tables
{
    public static readonly Table Deployment = new("deployment", 1, 1,
    [
        new("id", ColumnType.Text), new("create_time", ColumnType.Integer), new("node", ColumnType.Text),
    ]);

    /// <summary>Project keys and deployment keys, sealed by the root.</summary>
    public static readonly Table SealedKey = new("sealed_key", 1, 1,
    [
        new("id", ColumnType.Bytes), new("kind", ColumnType.Text), new("name", ColumnType.Text),
        new("sealed", ColumnType.Bytes), new("create_time", ColumnType.Integer),
    ]) { Material = "sealed" };

    public static readonly Table Project = new("project", 1, 1,
    [
        new("id", ColumnType.Text), new("account", ColumnType.Text), new("create_time", ColumnType.Integer),
        new("project_key", ColumnType.Bytes), new("policy", ColumnType.Text, Nullable: true),
        new("policy_revision", ColumnType.Integer),
    ]);

    public static readonly Table KeyRing = new("key_ring", 1, 3,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("ring", ColumnType.Text),
        new("create_time", ColumnType.Integer), new("policy", ColumnType.Text, Nullable: true),
        new("policy_revision", ColumnType.Integer),
    ]);

    public static readonly Table CryptoKey = new("crypto_key", 1, 4,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("ring", ColumnType.Text),
        new("key", ColumnType.Text), new("uuid", ColumnType.Bytes), new("purpose", ColumnType.Integer),
        new("algorithm", ColumnType.Integer), new("protection_level", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("primary_version", ColumnType.Integer, Nullable: true),
        new("next_version", ColumnType.Integer), new("rotation_period", ColumnType.Integer, Nullable: true),
        new("next_rotation_time", ColumnType.Integer, Nullable: true),
        new("destroy_scheduled_duration", ColumnType.Integer), new("import_only", ColumnType.Integer),
        new("labels", ColumnType.Text, Nullable: true), new("policy", ColumnType.Text, Nullable: true),
        new("policy_revision", ColumnType.Integer), new("delete_time", ColumnType.Integer, Nullable: true),
        new("state", ColumnType.Integer), new("deletion_time", ColumnType.Integer, Nullable: true),
        new("deletion_window", ColumnType.Integer, Nullable: true),
        new("description", ColumnType.Text, Nullable: true), new("tags", ColumnType.Text, Nullable: true),
        new("primary_location", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>Movable names of keys. A deleted alias stays as a row in that state.</summary>
    public static readonly Table Alias = new("alias", 1, 3,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("alias", ColumnType.Text),
        new("ring", ColumnType.Text), new("key", ColumnType.Text), new("state", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("update_time", ColumnType.Integer),
        new("version", ColumnType.Integer, Nullable: true),
    ]);

    public static readonly Table KeyVersion = new("key_version", 1, 5,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("ring", ColumnType.Text),
        new("key", ColumnType.Text), new("number", ColumnType.Integer), new("state", ColumnType.Integer),
        new("algorithm", ColumnType.Integer), new("protection_level", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("generate_time", ColumnType.Integer, Nullable: true),
        new("destroy_time", ColumnType.Integer, Nullable: true),
        new("destroy_event_time", ColumnType.Integer, Nullable: true), new("parent_key", ColumnType.Bytes),
        new("attributes", ColumnType.Bytes), new("sealed", ColumnType.Bytes), new("origin", ColumnType.Integer),
        new("created_by", ColumnType.Text), new("fingerprint", ColumnType.Bytes),
        new("import_job", ColumnType.Text, Nullable: true), new("import_method", ColumnType.Integer, Nullable: true),
        new("import_time", ColumnType.Integer, Nullable: true), new("imported_by", ColumnType.Text, Nullable: true),
        new("delete_time", ColumnType.Integer, Nullable: true), new("import_failure", ColumnType.Text, Nullable: true),
        new("material_expire_time", ColumnType.Integer, Nullable: true),
        new("material_description", ColumnType.Text, Nullable: true),
        new("rotate_time", ColumnType.Integer, Nullable: true), new("messages", ColumnType.Integer),
    ]) { Material = "sealed" };

    /// <summary>Wrapping keys under which material is brought in; the private half goes when the job expires.</summary>
    public static readonly Table ImportJob = new("import_job", 1, 4,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("ring", ColumnType.Text),
        new("job", ColumnType.Text), new("uuid", ColumnType.Bytes), new("method", ColumnType.Integer),
        new("protection_level", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("created_by", ColumnType.Text),
        new("generate_time", ColumnType.Integer, Nullable: true), new("expire_time", ColumnType.Integer),
        new("expire_event_time", ColumnType.Integer, Nullable: true),
        new("public_key", ColumnType.Bytes, Nullable: true), new("parent_key", ColumnType.Bytes, Nullable: true),
        new("sealed", ColumnType.Bytes, Nullable: true), new("policy", ColumnType.Text, Nullable: true),
        new("policy_revision", ColumnType.Integer),
    ]) { Material = "sealed" };

    public static readonly Table Principal = new("principal", 1, 1,
    [
        new("email", ColumnType.Text), new("project", ColumnType.Text), new("name", ColumnType.Text),
        new("unique_id", ColumnType.Text), new("state", ColumnType.Integer), new("create_time", ColumnType.Integer),
        new("policies", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>Key files' public halves and access keys. Revoked is a state of the row, never its absence.</summary>
    public static readonly Table Credential = new("credential", 1, 1,
    [
        new("id", ColumnType.Text), new("kind", ColumnType.Integer), new("email", ColumnType.Text),
        new("state", ColumnType.Integer), new("create_time", ColumnType.Integer),
        new("expire_time", ColumnType.Integer, Nullable: true), new("public_key", ColumnType.Bytes, Nullable: true),
        new("parent_key", ColumnType.Bytes, Nullable: true), new("sealed", ColumnType.Bytes, Nullable: true),
    ]);

    /// <summary>The policy of the deployment itself, above all projects.</summary>
    public static readonly Table DeploymentPolicy = new("deployment_policy", 1, 1,
    [
        new("id", ColumnType.Text), new("policy", ColumnType.Text), new("policy_revision", ColumnType.Integer),
    ]);

    /// <summary>Rights on one key, handed to one principal. Ended is a state of the row.</summary>
    public static readonly Table Grant = new("key_grant", 1, 5,
    [
        new("project", ColumnType.Text), new("location", ColumnType.Text), new("ring", ColumnType.Text),
        new("key", ColumnType.Text), new("id", ColumnType.Text), new("name", ColumnType.Text, Nullable: true),
        new("grantee", ColumnType.Text), new("retiring_principal", ColumnType.Text, Nullable: true),
        new("operations", ColumnType.Text), new("constraint_kind", ColumnType.Integer, Nullable: true),
        new("constraint_pairs", ColumnType.Bytes, Nullable: true), new("create_time", ColumnType.Integer),
        new("expire_time", ColumnType.Integer, Nullable: true),
        new("maximum_uses", ColumnType.Integer, Nullable: true), new("uses", ColumnType.Integer),
        new("state", ColumnType.Integer), new("issuer", ColumnType.Text),
        new("parent", ColumnType.Text, Nullable: true),
        new("grantee_arn", ColumnType.Text, Nullable: true), new("retiring_arn", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>Issuers whose tokens are exchanged for ours, each with the rules by which they are judged.</summary>
    public static readonly Table Issuer = new("issuer", 1, 1,
    [
        new("id", ColumnType.Text), new("uid", ColumnType.Text), new("project", ColumnType.Text),
        new("uri", ColumnType.Text), new("state", ColumnType.Integer), new("create_time", ColumnType.Integer),
        new("rules", ColumnType.Text),
    ]);

    /// <summary>Limits that were set for a resource; without a value the default counts again.</summary>
    public static readonly Table Quota = new("quota", 1, 2,
    [
        new("resource", ColumnType.Text), new("metric", ColumnType.Text),
        new("value", ColumnType.Integer, Nullable: true),
    ]);

    /// <summary>When a credential was last used, as of the last time that this was written down.</summary>
    public static readonly Table CredentialUse = new("credential_use", 1, 1,
    [
        new("id", ColumnType.Text), new("last_use_time", ColumnType.Integer),
    ]);

    /// <summary>Roles of a project's or the deployment's own making.</summary>
    public static readonly Table CustomRole = new("custom_role", 1, 1,
    [
        new("name", ColumnType.Text), new("title", ColumnType.Text), new("description", ColumnType.Text),
        new("permissions", ColumnType.Text), new("stage", ColumnType.Integer), new("state", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("revision", ColumnType.Integer),
    ]);

    /// <summary>Groups of principals, each with its members.</summary>
    public static readonly Table PrincipalGroup = new("principal_group", 1, 1,
    [
        new("email", ColumnType.Text), new("project", ColumnType.Text, Nullable: true),
        new("name", ColumnType.Text), new("description", ColumnType.Text), new("members", ColumnType.Text),
        new("state", ColumnType.Integer), new("create_time", ColumnType.Integer),
        new("revision", ColumnType.Integer),
    ]);

    /// <summary>What policies, roles and groups were, change by change.</summary>
    public static readonly Table Revision = new("revision", 1, 2,
    [
        new("subject", ColumnType.Text), new("number", ColumnType.Integer), new("time", ColumnType.Integer),
        new("principal", ColumnType.Text), new("reason", ColumnType.Text, Nullable: true),
        new("text", ColumnType.Text, Nullable: true),
    ]);

    /// <summary>Logs of others that this deployment witnesses, each with the last checkpoint that it vouched
    /// for.</summary>
    public static readonly Table WitnessedLog = new("witnessed_log", 1, 1,
    [
        new("origin", ColumnType.Text), new("vkeys", ColumnType.Text), new("state", ColumnType.Integer),
        new("size", ColumnType.Integer), new("root", ColumnType.Bytes), new("create_time", ColumnType.Integer),
        new("update_time", ColumnType.Integer),
    ]);

    public static readonly Table AuditHold = new("audit_hold", 1, 1,
    [
        new("name", ColumnType.Text), new("reason", ColumnType.Text),
        new("from_time", ColumnType.Integer, Nullable: true), new("state", ColumnType.Integer),
        new("create_time", ColumnType.Integer), new("created_by", ColumnType.Text),
    ]);

    public static readonly Table AuditRetention = new("audit_retention", 1, 1,
    [
        new("id", ColumnType.Text), new("data_days", ColumnType.Integer), new("admin_days", ColumnType.Integer),
    ]);

    /// <summary>Up to where each log was pruned.</summary>
    public static readonly Table AuditPruning = new("audit_pruning", 1, 1,
    [
        new("log", ColumnType.Text), new("first_index", ColumnType.Integer), new("time", ColumnType.Integer),
        new("digest", ColumnType.Bytes),
    ]);

    public static readonly IReadOnlyList<Table> All =
    [
        Deployment, SealedKey, DeploymentPolicy, Project, KeyRing, CryptoKey, KeyVersion, Principal, Credential,
        ImportJob, CustomRole, PrincipalGroup, Revision,
        Issuer, Quota, CredentialUse, Alias, Grant, WitnessedLog, AuditHold, AuditRetention,
        AuditPruning,
    ];
}
