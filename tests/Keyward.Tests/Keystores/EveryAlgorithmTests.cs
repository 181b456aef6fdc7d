using System.Security.Cryptography;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Tests.Keystores;

/// <summary>The same contract on every row of the algorithm table: what is made can be used by each of its schemes, for
/// nothing else, and an alteration shows.</summary>
public sealed class EveryAlgorithmTests : IClassFixture<EveryAlgorithmTests.Keys>
{
    private static readonly byte[] Message = RandomNumberGenerator.GetBytes(100);

    private readonly Keys _keys;

    public EveryAlgorithmTests(Keys keys) => _keys = keys;

    public static TheoryData<string> Algorithms(Purpose purpose) =>
        [.. AlgorithmTable.Rows.Where(r => r.Purpose == purpose).Select(r => r.Algorithm.ToString())];

    [Fact]
    public void Every_algorithm_has_one_row_and_labels_are_never_shared()
    {
        var all = Enum.GetValues<Algorithm>().Where(a => a != Algorithm.Unspecified).ToList();
        Assert.Equal(all.Order(), AlgorithmTable.Rows.Select(r => r.Algorithm).Order());
        Assert.Equal(all.Count, AlgorithmTable.Rows.Select(r => r.SealLabel).Distinct().Count());
        Assert.All(AlgorithmTable.Rows, r => Assert.NotEmpty(r.Schemes));
        Assert.All(AlgorithmTable.Rows, r => Assert.Same(r, AlgorithmTable.Of(r.Algorithm)));
    }

    /// <summary>The vault's own format has known answers of its own, in docs/reference/format.md.</summary>
    [Fact]
    public void Each_scheme_of_each_algorithm_has_a_known_answer_at_start()
    {
        var known = AlgorithmTests.Read().Select(a => (a.Algorithm, a.Scheme)).Order().ToList();
        var needed = from row in AlgorithmTable.Rows
                     where row.Purpose != Purpose.EncryptDecrypt
                     from scheme in row.Schemes
                     select (row.Algorithm, scheme);
        Assert.Equal(needed.Order(), known);
    }

    [Fact]
    public void Each_known_answer_that_is_altered_stops_the_start()
    {
        foreach (var answer in AlgorithmTests.Read())
        {
            byte[] output = [.. answer.Output];
            output[0] ^= 1;
            Assert.Throws<SelfTestException>(() => AlgorithmTests.Check(answer with { Output = output }));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.AsymmetricSign)]
    public void Signatures_hold_for_what_was_signed_and_nothing_else(string name)
    {
        var (row, material) = _keys.Of(name);
        foreach (var scheme in row.Schemes)
        {
            foreach (var kind in Enum.GetValues<SignatureInput>().Where(k => SchemeTable.Takes(scheme, k)))
            {
                var input = InputOf(scheme, kind);
                var signature = _keys.Keystore.Sign(material, scheme, kind, input);
                Assert.True(_keys.Keystore.Verify(material, scheme, kind, input, signature), $"{scheme} {kind}");
                input[0] ^= 1;
                Assert.False(_keys.Keystore.Verify(material, scheme, kind, input, signature), $"{scheme} {kind}");
                input[0] ^= 1;
                signature[^1] ^= 1;
                Assert.False(_keys.Keystore.Verify(material, scheme, kind, input, signature), $"{scheme} {kind}");
                Assert.False(_keys.Keystore.Verify(material, scheme, kind, input, signature.AsSpan(1)));
                Assert.False(_keys.Keystore.Verify(material, scheme, kind, input, []));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.AsymmetricDecrypt)]
    public void What_is_encrypted_to_the_public_half_is_decrypted(string name)
    {
        var (row, material) = _keys.Of(name);
        foreach (var scheme in row.Schemes)
        {
            var plaintext = RandomNumberGenerator.GetBytes(SchemeTable.OaepLimitBytes(scheme, row.SizeBits));
            var ciphertext = _keys.Keystore.AsymmetricEncrypt(material, scheme, plaintext);
            Assert.True(_keys.Keystore.TryAsymmetricDecrypt(material, scheme, ciphertext, out var opened));
            Assert.Equal(plaintext, opened);
            ciphertext[^1] ^= 1;
            Assert.False(_keys.Keystore.TryAsymmetricDecrypt(material, scheme, ciphertext, out opened));
            Assert.Empty(opened);
            Assert.False(_keys.Keystore.TryAsymmetricDecrypt(material, scheme, ciphertext.AsSpan(1), out _));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.Mac)]
    public void Macs_hold_in_full_length_only(string name)
    {
        var (row, material) = _keys.Of(name);
        var mac = _keys.Keystore.MacSign(material, Message);
        Assert.Equal(row.SizeBytes, mac.Length);
        Assert.True(_keys.Keystore.MacVerify(material, Message, mac));
        Assert.False(_keys.Keystore.MacVerify(material, Message, mac.AsSpan(1)));
        Assert.False(_keys.Keystore.MacVerify(material, Message.AsSpan(1), mac));
        mac[0] ^= 1;
        Assert.False(_keys.Keystore.MacVerify(material, Message, mac));
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.RawEncryptDecrypt)]
    public void Raw_ciphertexts_open_again(string name)
    {
        var (row, material) = _keys.Of(name);
        var isGcm = row.Scheme == Scheme.AesGcm;
        var iv = RandomNumberGenerator.GetBytes(isGcm ? 12 : 16);
        foreach (var size in (int[])[0, 16, 64, 4096])
        {
            var plaintext = RandomNumberGenerator.GetBytes(size);
            var ciphertext = _keys.Keystore.RawEncrypt(material, iv, [], plaintext);
            Assert.Equal(size + (isGcm ? 16 : 0), ciphertext.Length);
            var tag = isGcm ? 16 : 0;
            Assert.True(_keys.Keystore.TryRawDecrypt(material, iv, [], ciphertext, tag, out var opened));
            Assert.Equal(plaintext, opened);
            if (!isGcm) continue;
            Assert.True(_keys.Keystore.TryRawDecrypt(material, iv, [], ciphertext.AsSpan(0, size + 12), 12, out opened));
            Assert.Equal(plaintext, opened);
            ciphertext[^1] ^= 1;
            Assert.False(_keys.Keystore.TryRawDecrypt(material, iv, [], ciphertext, tag, out opened));
            Assert.Empty(opened);
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.KeyEncapsulation)]
    public void Altered_encapsulations_give_another_secret_and_short_ones_none(string name)
    {
        var (_, material) = _keys.Of(name);
        var size = name == nameof(Algorithm.MlKem768) ? 1088 : name == nameof(Algorithm.MlKem1024) ? 1568 : 1120;
        var ciphertext = RandomNumberGenerator.GetBytes(size);
        Assert.True(_keys.Keystore.TryDecapsulate(material, ciphertext, out var secret));
        Assert.Equal(32, secret.Length);
        Assert.True(_keys.Keystore.TryDecapsulate(material, ciphertext, out var again));
        Assert.Equal(secret, again);
        ciphertext[0] ^= 1;
        Assert.True(_keys.Keystore.TryDecapsulate(material, ciphertext, out var other));
        Assert.NotEqual(secret, other);
        Assert.False(_keys.Keystore.TryDecapsulate(material, ciphertext.AsSpan(1), out _));
    }

    [Theory]
    [MemberData(nameof(Algorithms), Purpose.KeyAgreement)]
    public void Both_sides_agree_and_another_curve_is_refused(string name)
    {
        var (_, mine) = _keys.Of(name);
        var yours = _keys.NewMaterial(Enum.Parse<Algorithm>(name));
        Assert.True(_keys.Keystore.TryAgree(mine, _keys.Keystore.PublicKey(yours).Span, out var one));
        Assert.True(_keys.Keystore.TryAgree(yours, _keys.Keystore.PublicKey(mine).Span, out var other));
        Assert.Equal(one, other);
        using var foreign = ECDiffieHellman.Create(ECCurve.NamedCurves.brainpoolP256r1);
        Assert.False(_keys.Keystore.TryAgree(mine, foreign.ExportSubjectPublicKeyInfo(), out _));
        Assert.False(_keys.Keystore.TryAgree(mine, [1, 2, 3], out _));
    }

    [Fact]
    public void A_key_is_of_no_use_for_another_purpose()
    {
        var (_, mac) = _keys.Of(nameof(Algorithm.HmacSha256));
        Assert.Throws<ArgumentException>(() =>
            _keys.Keystore.Sign(mac, Scheme.RsaPssSha256, SignatureInput.Message, Message));
        var (_, sign) = _keys.Of(nameof(Algorithm.EcSignP256Sha256));
        Assert.Throws<ArgumentException>(() => _keys.Keystore.MacSign(sign, Message));
    }

    private static byte[] InputOf(Scheme scheme, SignatureInput kind) => kind switch
    {
        SignatureInput.Digest => RandomNumberGenerator.GetBytes(SchemeTable.SizeBytesOf(SchemeTable.HashOf(scheme))),
        SignatureInput.ExternalMu => RandomNumberGenerator.GetBytes(SchemeTable.ExternalMuSizeBytes),
        _ => [.. Message],
    };

    /// <summary>One key for each algorithm, made when first asked for: an RSA key takes a while.</summary>
    public sealed class Keys : IDisposable
    {
        private readonly VaultKeys _keys = new();
        private readonly Dictionary<string, KeyMaterial> _materials = [];

        internal IKeystore Keystore => _keys.Keystore;

        internal (AlgorithmRow Row, KeyMaterial Material) Of(string name)
        {
            var algorithm = Enum.Parse<Algorithm>(name);
            var row = AlgorithmTable.Of(algorithm);
            if (!_materials.TryGetValue(name, out var material))
                _materials[name] = material = row.Material == MaterialKind.Rsa
                    ? _keys.Imported(algorithm, SampleKeys.Rsa(row.SizeBits))
                    : _keys.NewMaterial(algorithm);
            return (row, material);
        }

        internal KeyMaterial NewMaterial(Algorithm algorithm) => _keys.NewMaterial(algorithm);

        public void Dispose() => _keys.Dispose();
    }
}
