using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;

namespace Keyward.Tests.Keystores;

/// <summary>The maker with the making in the test's hand: what it makes shows its number in its first byte.</summary>
public sealed class KeyMakerTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly AlgorithmRow Rsa = AlgorithmTable.Of(Algorithm.RsaSignPss2048Sha256);

    private readonly SemaphoreSlim _go = new(0);
    private readonly KeyMaker _maker;
    private volatile bool _isFaulty;
    private int _made;

    public KeyMakerTests() => _maker = new KeyMaker(_ =>
    {
        _go.Wait();
        if (_isFaulty) throw new CryptographicException();
        return new SecretBytes([(byte)Interlocked.Increment(ref _made)]);
    });

    public void Dispose()
    {
        _maker.Dispose();
        _go.Release(100);
    }

    [Fact]
    public async Task Keys_are_handed_out_in_the_order_in_which_they_were_asked_for()
    {
        var first = _maker.TakeAsync(Rsa, Patience).AsTask();
        var second = _maker.TakeAsync(Rsa, Patience).AsTask();
        _go.Release(2);
        Assert.Equal(1, (await first)!.Span[0]);
        Assert.Equal(2, (await second)!.Span[0]);
    }

    [Fact]
    public async Task Who_has_no_patience_gets_none_and_the_key_waits_for_the_next()
    {
        Assert.Null(await _maker.TakeAsync(Rsa, TimeSpan.Zero));
        _go.Release(1);
        Assert.Equal(1, (await _maker.TakeAsync(Rsa, Patience))!.Span[0]);
    }

    [Fact]
    public async Task Algorithms_of_one_kind_share_what_lies_ready()
    {
        Assert.Null(await _maker.TakeAsync(Rsa, TimeSpan.Zero));
        _go.Release(1);
        Assert.Equal(1, (await _maker.TakeAsync(AlgorithmTable.Of(Algorithm.RsaCrypt2048), Patience))!.Span[0]);
    }

    [Fact]
    public async Task A_key_that_came_out_wrong_is_nobodys_and_the_next_is_made()
    {
        _isFaulty = true;
        var waiting = _maker.TakeAsync(Rsa, Patience).AsTask();
        _go.Release(1);
        Assert.Null(await waiting);
        _isFaulty = false;
        waiting = _maker.TakeAsync(Rsa, Patience).AsTask();
        _go.Release(1);
        Assert.Equal(1, (await waiting)!.Span[0]);
    }

    [Fact]
    public async Task Who_waits_at_the_end_is_told_that_there_is_none()
    {
        var waiting = _maker.TakeAsync(Rsa, Patience).AsTask();
        _maker.Dispose();
        Assert.Null(await waiting);
        Assert.Null(await _maker.TakeAsync(Rsa, Patience));
    }
}
