namespace Keyward.Vault.Audit.Verification;

/// <summary>The faults of one log, in the order in which they were found.</summary>
internal sealed class FaultList
{
    /// <summary>A log of which more is wrong is wrong as a whole.</summary>
    private const int MaximumFaults = 100;

    private readonly List<LogFault> _faults = [];

    public IReadOnlyList<LogFault> Faults => _faults;

    public void Add(string path, long? index, string sentence) => Add(new LogFault(path, index, sentence));

    public void Add(LogFault fault)
    {
        if (_faults.Count < MaximumFaults) _faults.Add(fault);
        else if (_faults.Count == MaximumFaults)
            _faults.Add(new LogFault("", null, "More is wrong; the rest is not listed."));
    }
}
