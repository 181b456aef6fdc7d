using System.Runtime.CompilerServices;
using Grpc.Core;
using Keyward.Client;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;

namespace Keyward.Cli;

/// <summary>The logs of all living nodes as one, in order of time or against it; each node is asked for its own. Goes
/// on where it ended when it is read again.</summary>
internal sealed class AuditLogs : IDisposable
{
    private readonly List<KeywardConnection> _opened = [];
    private readonly List<Cursor> _cursors = [];
    private bool _newestFirst;

    /// <summary>Finds the nodes and how to reach them. Who may not see the nodes reads the log of the one that he
    /// asks.</summary>
    public static async Task<AuditLogs> OpenAsync(Session session, ReadRecordsRequest request, bool here)
    {
        var logs = new AuditLogs { _newestFirst = request.NewestFirst };
        logs._cursors.Add(new Cursor("the node that is asked", session.Server, request.Clone()));
        if (here) return logs;
        foreach (var node in await NodeConnections.NodesAsync(session).ConfigureAwait(false))
        {
            if (node.Self) continue;
            if (node.State == Node.Types.NodeState.Dead)
            {
                session.Note($"{node.Name} is dead: its log lies on its machine and is not among these.");
                continue;
            }

            var connection = session.ConnectTo(node.Address);
            logs._opened.Add(connection);
            logs._cursors.Add(new Cursor(node.Name, connection, request.Clone()));
        }

        return logs;
    }

    /// <summary>What is there now and was not read yet.</summary>
    public async IAsyncEnumerable<(string Log, long Index, string Record)> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var cursor in _cursors) await cursor.BeginAsync(cancellation).ConfigureAwait(false);
        // Within a log the order is its own, whatever the clocks said.
        while (First() is { } first)
        {
            var (_, index, record) = first.Next!.Value;
            yield return (first.Log, index, record);
            await first.MoveAsync(cancellation).ConfigureAwait(false);
        }
    }

    private Cursor? First()
    {
        var waiting = _cursors.Where(c => c.Next is not null);
        return _newestFirst ? waiting.MaxBy(c => c.Next!.Value.Time) : waiting.MinBy(c => c.Next!.Value.Time);
    }

    public void Dispose()
    {
        foreach (var connection in _opened) connection.Dispose();
    }

    /// <summary>How far one log was read: a page at a time.</summary>
    private sealed class Cursor(string node, KeywardConnection server, ReadRecordsRequest request)
    {
        private ReadRecordsResponse _page = new();
        private int _at;

        public string Log => _page.Log;

        public (DateTimeOffset Time, long Index, string Record)? Next { get; private set; }

        public async Task BeginAsync(CancellationToken cancellation)
        {
            (_page, _at) = (new ReadRecordsResponse(), 0);
            await MoveAsync(cancellation).ConfigureAwait(false);
        }

        public async Task MoveAsync(CancellationToken cancellation)
        {
            while (_at == _page.Records.Count)
            {
                if (_page.AtEnd)
                {
                    Next = null;
                    return;
                }

                _page = await ReadAsync(cancellation).ConfigureAwait(false);
                (request.FromIndex, _at) = (_page.NextIndex, 0);
            }

            var record = _page.Records[_at];
            var time = RecordFields.TimeOf(System.Text.Encoding.UTF8.GetBytes(record)) ?? DateTimeOffset.MinValue;
            Next = (time, _page.Indexes[_at++], record);
        }

        private async Task<ReadRecordsResponse> ReadAsync(CancellationToken cancellation)
        {
            try
            {
                return await server.Audit.ReadRecordsAsync(request, cancellationToken: cancellation);
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Unavailable)
            {
                throw new FailedException($"The log of {node} cannot be read: {failure.Status.Detail}",
                    "For the log of the node that is asked alone add --here");
            }
        }
    }
}
