using System.Globalization;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Audit;

/// <summary>Records of what happens without a caller.</summary>
internal static class SystemRecords
{
    /// <summary>A change has reached every node: how long that took, who had applied it, whose lease was waited
    /// out.</summary>
    public static byte[] Applied(TimeProvider time, string node, long seq, Propagated propagated)
    {
        var draft = Draft(time, "Applied", new Verb("change_applied", OperationClass.AdminWrite));
        draft.Parameter("change", seq.ToString(CultureInfo.InvariantCulture));
        draft.Parameter("waited_ms", ((long)propagated.Took.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));
        draft.Parameter("acknowledged", string.Join(',', propagated.Acknowledged));
        if (propagated.Expired.Count > 0) draft.Parameter("expired", string.Join(',', propagated.Expired));
        return RecordWriter.Write(draft, time.GetUtcNow(), propagated.Took, node, null, null).ToArray();
    }

    private static RecordDraft Draft(TimeProvider time, string method, Verb verb)
    {
        var (id, nonce) = RecordWriter.RandomIds();
        var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, time.GetUtcNow(),
            time.GetTimestamp()) { Method = method };
        return new RecordDraft(arrival, null, verb) { Allowed = null };
    }
}
