using Keyward.Vault.Gate;
using Keyward.Vault.Grants;
using Keyward.Vault.Keys;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>What is gathered about one request while it runs: names, sizes and choices, never bytes of plaintext, keys
/// or tokens. The record is written from it once, when the outcome is known. Belongs to one request.</summary>
internal sealed class RecordDraft(Arrival arrival, Caller? caller, Verb verb)
{
    public Arrival Arrival { get; } = arrival;

    public Caller? Caller { get; } = caller;

    public Verb Verb { get; } = verb;

    /// <summary>What few requests have, in an object of its own: every request pays for each field of its
    /// draft.</summary>
    private Further? _further;

    // Sizes and one: an optional number takes twice as much room.
    private int _plaintext;
    private int _ciphertext;
    private int _context;

    /// <summary>What the feed calls a change of a call that named itself.</summary>
    public byte[]? Operation
    {
        get => _further?.Operation;
        set => More.Operation = value;
    }

    /// <summary>Full name of what was asked for.</summary>
    public string? Resource { get; set; }

    public string? Project { get; set; }

    /// <summary>The version that was really used or changed.</summary>
    public KeyVersion? Version { get; set; }

    /// <summary>Of a re-encryption: the version that encrypted anew.</summary>
    public KeyVersion? TargetVersion
    {
        get => _further?.TargetVersion;
        set => More.TargetVersion = value;
    }

    public string? Permission { get; set; }

    /// <summary>What decided: the role of the binding, and where it stands.</summary>
    public string? Rule { get; set; }

    public string? RuleAt { get; set; }

    public bool? Allowed { get; set; }

    public int? PlaintextSizeBytes
    {
        get => SizeOf(_plaintext);
        set => _plaintext = (value ?? -1) + 1;
    }

    public int? CiphertextSizeBytes
    {
        get => SizeOf(_ciphertext);
        set => _ciphertext = (value ?? -1) + 1;
    }

    /// <summary>What came in, as far as it is known before the operation runs.</summary>
    public long InputSizeBytes => (long)(PlaintextSizeBytes ?? 0) + (CiphertextSizeBytes ?? 0);

    public int? ContextSizeBytes
    {
        get => SizeOf(_context);
        set => _context = (value ?? -1) + 1;
    }

    /// <summary>Zero where there is none, as for what follows: no digest is.</summary>
    public UInt128 ContextDigest { get; set; }

    public UInt128 CiphertextDigest { get; set; }

    /// <summary>True once the record was committed with its change: then the store brings it into the log.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>Further parameters that are not secret, in the order in which they were added.</summary>
    public List<(string Name, string Value)>? Parameters => _further?.Parameters;

    /// <summary>What a change did: field, before, after.</summary>
    public List<(string Field, string? Before, string? After)>? Changes => _further?.Changes;

    /// <summary>Grants by which the caller was let, each once.</summary>
    public List<Grant>? Grants => _further?.Grants;

    public void Note(Grant? grant)
    {
        // The lambda's object would be made at the method's begin, for the many too that need no grant.
        if (grant is not null) Add(grant);
    }

    /// <summary>What was demanded, and what decided on it.</summary>
    public void Note(in Demand demand, in Decision decision)
    {
        Note(decision.Grant);
        Allowed = decision.Allowed;
        Permission = demand.Permission.Name();
        RuleAt = decision.Rule?.At;
        Rule = decision.Rule is not { } rule ? null
            : rule.Document.Length == 0 || rule.Document == RuleLabel.Bindings ? NullIfEmpty(rule.Rule)
            : $"{rule.Document}: {rule.Rule}";
    }

    private void Add(Grant grant)
    {
        if (Grants?.Exists(g => g.Id == grant.Id) != true) (More.Grants ??= []).Add(grant);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    /// <summary>Keyed digests besides the two that every encryption has.</summary>
    public List<(string Label, string Digest)>? Digests => _further?.Digests;

    public void Digest(string label, string digest) => (More.Digests ??= []).Add((label, digest));

    public void Parameter(string name, string value) => (More.Parameters ??= []).Add((name, value));

    public void Changed(string field, string? before, string? after) =>
        (More.Changes ??= []).Add((field, before, after));

    private static int? SizeOf(int sizeAndOne) => sizeAndOne == 0 ? null : sizeAndOne - 1;

    private Further More => _further ??= new Further();

    private sealed class Further
    {
        public byte[]? Operation;
        public KeyVersion? TargetVersion;
        public List<(string Name, string Value)>? Parameters;
        public List<(string Field, string? Before, string? After)>? Changes;
        public List<Grant>? Grants;
        public List<(string Label, string Digest)>? Digests;
    }
}
