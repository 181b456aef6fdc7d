using System.Collections.Concurrent;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Vault.KeyUse;

/// <summary>Counts the messages of versions that may seal only so many. Each node takes blocks of them from the store
/// and counts a block down in memory; what is left of it at a stop counts as sealed. Safe for concurrent use.</summary>
internal sealed class MessageBlocks(Gate.Gate gate)
{
    /// <summary>A change of the store for this many messages; a start may lose as many, of which there are 2^16
    /// blocks.</summary>
    private const long BlockSize = 1 << 16;

    private readonly JobCaller _self = new(gate, "message-blocks");
    private readonly ConcurrentDictionary<VersionName, Block> _blocks = new();

    /// <summary>Takes one message, or says why there is none.</summary>
    public async ValueTask<Refusal?> TakeAsync(KeyVersion version)
    {
        var block = _blocks.GetOrAdd(version.Name, static _ => new Block());
        while (!block.TryTake())
            // Callers that come meanwhile wait for the same block, and for the next one if it was too small.
            if (await block.RefillAsync(() => LeaseAsync(version.Name)).ConfigureAwait(false) is { } refusal)
                return refusal;
        return null;
    }

    private async Task<Outcome<long>> LeaseAsync(VersionName name) =>
        await _self.PassAsync("LeaseMessages", new LeaseMessages(name, BlockSize), CancellationToken.None)
            .ConfigureAwait(false);

    private sealed class Block
    {
        private readonly Lock _lock = new();
        private long _left;
        private Task<Outcome<long>>? _refilling;

        public bool TryTake()
        {
            lock (_lock)
            {
                if (_left == 0) return false;
                _left--;
                return true;
            }
        }

        public async Task<Refusal?> RefillAsync(Func<Task<Outcome<long>>> lease)
        {
            Task<Outcome<long>> refilling;
            lock (_lock)
            {
                if (_left > 0) return null;
                refilling = _refilling ??= FillAsync(lease);
            }

            return (await refilling.ConfigureAwait(false)).Refusal;
        }

        private async Task<Outcome<long>> FillAsync(Func<Task<Outcome<long>>> lease)
        {
            // The lock is not held across the change.
            await Task.Yield();
            var got = await lease().ConfigureAwait(false);
            lock (_lock)
            {
                if (got.TryGet(out var count, out _)) _left += count;
                _refilling = null;
            }

            return got;
        }
    }
}
