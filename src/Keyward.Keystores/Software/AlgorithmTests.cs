using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

/// <summary>One known answer for every algorithm and scheme of the table, and that an altered one is refused; run
/// before anything is served. The answers stand in known-answers.txt and come from other implementations.</summary>
internal static class AlgorithmTests
{
    /// <summary>One line of the file.</summary>
    public sealed record Answer(Algorithm Algorithm, Scheme Scheme, byte[] Secret, byte[] Input, byte[] Output);

    public static void Run()
    {
        foreach (var answer in Read()) Check(answer);
    }

    public static IReadOnlyList<Answer> Read()
    {
        using var stream = typeof(AlgorithmTests).Assembly.GetManifestResourceStream("known-answers")
            ?? throw new SelfTestException("known-answers");
        using var reader = new StreamReader(stream);
        var secrets = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var answers = new List<Answer>();
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            if (words[0] == "key") secrets[words[1]] = Bytes(words[2]);
            if (words[0] == "answer")
                answers.Add(new Answer(Enum.Parse<Algorithm>(words[1]), Enum.Parse<Scheme>(words[2]), secrets[words[3]],
                    Bytes(words[4]), Bytes(words[5])));
        }

        return answers;
    }

    public static void Check(Answer answer)
    {
        var row = AlgorithmTable.Of(answer.Algorithm);
        var test = $"{row.SealLabel} {answer.Scheme}";
        using var key = MaterialForms.Open(row, answer.Secret);
        KnownAnswer.Expect(test, key switch
        {
            RawAes aes => HoldsFor(aes, answer),
            MacKey mac => mac.Sign(answer.Input).AsSpan().SequenceEqual(answer.Output)
                && mac.Verify(answer.Input, answer.Output) && !mac.Verify(answer.Input, Altered(answer.Output)),
            RsaPair rsa when row.Purpose == Purpose.AsymmetricDecrypt => HoldsFor(rsa, answer),
            EcPair ec when row.Purpose == Purpose.KeyAgreement =>
                ec.TryAgree(answer.Input, out var shared) && shared.AsSpan().SequenceEqual(answer.Output)
                && !ec.TryAgree(Altered(answer.Input), out _),
            IEncapsulationPair kem => kem.Decapsulate(answer.Input).AsSpan().SequenceEqual(answer.Output)
                && !kem.Decapsulate(Altered(answer.Input)).AsSpan().SequenceEqual(answer.Output),
            MlDsaPair mlDsa => HoldsFor(mlDsa, answer),
            ISigningPair pair => HoldsFor(pair, answer),
            _ => false,
        });
    }

    private static bool HoldsFor(RawAes aes, Answer answer)
    {
        var isGcm = answer.Scheme == Scheme.AesGcm;
        var iv = answer.Input.AsSpan(0, isGcm ? 12 : RawAes.BlockSizeBytes);
        var plaintext = answer.Input.AsSpan(iv.Length);
        var tag = isGcm ? RawAes.TagSizeBytes : 0;
        return aes.Encrypt(iv, [], plaintext).AsSpan().SequenceEqual(answer.Output)
            && aes.TryDecrypt(iv, [], answer.Output, tag, out var opened) && plaintext.SequenceEqual(opened)
            && !(aes.TryDecrypt(iv, [], Altered(answer.Output), tag, out opened) && plaintext.SequenceEqual(opened));
    }

    private static bool HoldsFor(RsaPair pair, Answer answer) =>
        pair.TryDecrypt(answer.Scheme, answer.Input, out var opened) && opened.AsSpan().SequenceEqual(answer.Output)
        && !pair.TryDecrypt(answer.Scheme, Altered(answer.Input), out _);

    /// <summary>The answer is the hash of the signature that has no randomness.</summary>
    private static bool HoldsFor(MlDsaPair pair, Answer answer)
    {
        var kind = KindOf(answer.Scheme);
        var signature = pair.SignDeterministically(kind, answer.Input);
        return System.Security.Cryptography.SHA256.HashData(signature).AsSpan().SequenceEqual(answer.Output)
            && pair.Verify(answer.Scheme, kind, answer.Input, signature)
            && !pair.Verify(answer.Scheme, kind, answer.Input, Altered(signature));
    }

    /// <summary>Where signing is deterministic, signatures are compared too. SLH-DSA is only verified: a signature
    /// takes a second.</summary>
    private static bool HoldsFor(ISigningPair pair, Answer answer)
    {
        var isDeterministic = answer.Scheme is Scheme.RsaPkcs1Sha256 or Scheme.RsaPkcs1Sha384
            or Scheme.RsaPkcs1Sha512 or Scheme.RsaPkcs1Raw or Scheme.Ed25519 or Scheme.Ed25519Ph;
        var kind = KindOf(answer.Scheme);
        return pair.Verify(answer.Scheme, kind, answer.Input, answer.Output)
            && !pair.Verify(answer.Scheme, kind, answer.Input, Altered(answer.Output))
            && (!isDeterministic
                || pair.Sign(answer.Scheme, kind, answer.Input).AsSpan().SequenceEqual(answer.Output));
    }

    private static SignatureInput KindOf(Scheme scheme) =>
        scheme == Scheme.MlDsaExternalMu ? SignatureInput.ExternalMu : SignatureInput.Message;

    private static byte[] Altered(byte[] bytes)
    {
        byte[] altered = [.. bytes];
        altered[^1] ^= 1;
        return altered;
    }

    private static byte[] Bytes(string word) => word == "-" ? [] : Convert.FromBase64String(word);
}
