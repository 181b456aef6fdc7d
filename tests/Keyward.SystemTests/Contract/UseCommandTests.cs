using System.Text.Json;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>The commands that use keys, against a real server, with OpenSSL's command line at the other end.</summary>
public sealed class UseCommandTests(SharedServer shared) : IClassFixture<SharedServer>, IAsyncLifetime
{
    private static int _rings;

    private readonly string _ring = $"cli-{Interlocked.Increment(ref _rings)}";
    private readonly TemporaryData _data = new();
    private readonly KeywardServer _server = shared.Server;

    public async ValueTask InitializeAsync()
    {
        await OkAsync("keyring", "create", _ring);
        await File.WriteAllTextAsync(_data.In("text"), "attack at dawn, 16");
        await File.WriteAllBytesAsync(_data.In("large"), new byte[300_000]);
    }

    public ValueTask DisposeAsync()
    {
        _data.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("ec-sign-p256-sha256")]
    [InlineData("rsa-sign-pkcs1-2048-sha256")]
    public async Task Signatures_verify_here_and_with_openssl(string algorithm)
    {
        await MakeAsync("s", "asymmetric-signing", algorithm);
        await OkAsync("version", "public-key", "1", Key("s"), "--output-file", _data.In("pem"));
        // More than a call takes: only its digest travels.
        string[] input = ["--input-file", _data.In("large"), "--digest-algorithm", "sha256"];
        await OkAsync("sign", Key("s"), input, "--signature-file", _data.In("sig"));
        var (code, output, errors) = await KeywardServer.RunAsync("openssl", ["dgst", "-sha256", "-verify",
            _data.In("pem"), "-signature", _data.In("sig"), _data.In("large")]);
        Assert.True(code == 0, output + errors);
        var answer = await OkAsync("verify", Key("s"), input, "--signature-file", _data.In("sig"));
        Assert.True(answer.GetProperty("valid").GetBoolean());

        (code, output, errors) = await RunAsync("verify", Key("s"), "--input-file", _data.In("text"),
            "--signature-file", _data.In("sig"));
        Assert.Equal(1, code);
        Assert.Contains("\"valid\": false", output.Replace("\":false", "\": false", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("does not hold", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_quantum_signatures_verify_and_public_keys_come_in_their_own_form()
    {
        await MakeAsync("pq", "asymmetric-signing", "ml-dsa-65");
        await OkAsync("version", "public-key", "1", Key("pq"), "--output-file", _data.In("raw"));
        Assert.Equal(1_952, new FileInfo(_data.In("raw")).Length);
        var signed = await OkAsync("sign", Key("pq"), "--input-file", _data.In("text"));
        await File.WriteAllTextAsync(_data.In("sig"), signed.GetProperty("signature").GetString());
        await OkAsync("verify", Key("pq"), "--input-file", _data.In("text"), "--signature-file", _data.In("sig"),
            "--base64");
    }

    [Fact]
    public async Task Macs_are_made_and_checked()
    {
        await MakeAsync("m", "mac", "hmac-sha256");
        string[] files = ["--input-file", _data.In("text"), "--signature-file", _data.In("mac")];
        await OkAsync("mac", Key("m"), files);
        Assert.Equal(32, new FileInfo(_data.In("mac")).Length);
        Assert.True((await OkAsync("mac", "--verify", Key("m"), files)).GetProperty("valid").GetBoolean());
        await File.WriteAllTextAsync(_data.In("text"), "another");
        Assert.Equal(1, (await RunAsync("mac", "--verify", Key("m"), files)).Code);
    }

    [Fact]
    public async Task Raw_ciphertexts_open_again_with_their_vector()
    {
        await MakeAsync("r", "raw-encryption", "aes-256-gcm");
        await OkAsync("raw-encrypt", Key("r"), "--plaintext-file", _data.In("text"), "--ciphertext-file",
            _data.In("c"), "--initialization-vector-file", _data.In("iv"), "--additional-authenticated-data-file",
            _data.In("text"));
        Assert.Equal(12, new FileInfo(_data.In("iv")).Length);
        var opened = await OkAsync("raw-decrypt", Key("r"), "--ciphertext-file", _data.In("c"),
            "--initialization-vector-file", _data.In("iv"), "--additional-authenticated-data-file", _data.In("text"));
        Assert.Equal("attack at dawn, 16"u8, opened.GetProperty("plaintext").GetBytesFromBase64());
        Assert.Equal(1, (await RunAsync("raw-decrypt", Key("r"), "--ciphertext-file", _data.In("c"),
            "--initialization-vector-file", _data.In("iv"))).Code);
        Assert.Equal(2, (await RunAsync("raw-decrypt", Key("r"), "--ciphertext-file", _data.In("c"))).Code);
    }

    [Fact]
    public async Task What_openssl_encrypts_to_a_key_is_decrypted()
    {
        await MakeAsync("d", "asymmetric-encryption", "rsa-decrypt-oaep-2048-sha256");
        await OkAsync("version", "public-key", "1", Key("d"), "--output-file", _data.In("pem"));
        var (code, _, errors) = await KeywardServer.RunAsync("openssl", ["pkeyutl", "-encrypt", "-pubin", "-inkey",
            _data.In("pem"), "-in", _data.In("text"), "-out", _data.In("c"), "-pkeyopt", "rsa_padding_mode:oaep",
            "-pkeyopt", "rsa_oaep_md:sha256"]);
        Assert.True(code == 0, errors);
        await OkAsync("asymmetric-decrypt", Key("d"), "--ciphertext-file", _data.In("c"), "--plaintext-file",
            _data.In("opened"));
        Assert.Equal("attack at dawn, 16", await File.ReadAllTextAsync(_data.In("opened")));

        await MakeAsync("k", "key-encapsulation", "ml-kem-768");
        await File.WriteAllBytesAsync(_data.In("c"), new byte[1_088]);
        await OkAsync("decapsulate", Key("k"), "--ciphertext-file", _data.In("c"), "--shared-secret-file",
            _data.In("secret"));
        Assert.Equal(32, new FileInfo(_data.In("secret")).Length);
        await OkAsync("random", "--length", "48", "--output-file", _data.In("random"));
        Assert.Equal(48, new FileInfo(_data.In("random")).Length);
        Assert.Equal(2, (await RunAsync("random", "--length", "7")).Code);
    }

    [Fact]
    public async Task What_a_command_printed_is_not_taken_for_the_bytes_in_it()
    {
        await OkAsync("key", "create", "e", "--keyring", _ring, "--purpose", "encryption");
        await MakeAsync("s", "asymmetric-signing", "ec-sign-p256-sha256");
        var encrypted = await OkAsync("encrypt", Key("e"), "--plaintext-file", _data.In("text"));
        await File.WriteAllTextAsync(_data.In("printed"), encrypted.GetRawText() + "\n");
        foreach (var base64 in (string[][])[[], ["--base64"]])
        {
            var (code, _, errors) = await RunAsync("decrypt", Key("e"), "--ciphertext-file", _data.In("printed"), base64);
            Assert.Equal(2, code);
            Assert.Contains("--field ciphertext", errors, StringComparison.Ordinal);
        }

        // What it says to do does it.
        var (_, field, _) = await RunAsync("encrypt", Key("e"), "--plaintext-file", _data.In("text"), "--field", "ciphertext");
        await File.WriteAllTextAsync(_data.In("field"), field);
        await OkAsync("decrypt", Key("e"), "--ciphertext-file", _data.In("field"), "--base64", "--plaintext-file", _data.In("opened"));
        Assert.Equal("attack at dawn, 16", await File.ReadAllTextAsync(_data.In("opened")));

        var signed = await OkAsync("sign", Key("s"), "--input-file", _data.In("text"));
        await File.WriteAllTextAsync(_data.In("printed"), signed.GetRawText());
        var refused = await RunAsync("verify", Key("s"), "--input-file", _data.In("text"), "--signature-file", _data.In("printed"));
        Assert.Equal(2, refused.Code);
        Assert.Contains("--field signature", refused.Errors, StringComparison.Ordinal);
    }

    private string[] Key(string name) => ["--key", name, "--keyring", _ring];

    private Task<JsonElement> MakeAsync(string name, string purpose, string algorithm) => OkAsync(
        "key", "create", name, "--keyring", _ring, "--purpose", purpose, "--default-algorithm", algorithm);

    private async Task<JsonElement> OkAsync(params object[] arguments)
    {
        var (code, output, errors) = await RunAsync(arguments);
        Assert.True(code == 0, $"{string.Join(' ', arguments.SelectMany(Words))}: {errors}");
        return output.Length == 0 ? default : JsonDocument.Parse(output).RootElement;
    }

    /// <param name="arguments">Words, and lists of words.</param>
    private Task<(int Code, string Output, string Errors)> RunAsync(params object[] arguments) =>
        KeywardServer.RunAsync(KeywardServer.Program, [.. arguments.SelectMany(Words), "--format", "json"], null,
            _server.AdminEnvironment());

    private static string[] Words(object argument) => argument as string[] ?? [(string)argument];
}
