using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Keyward.Server;

namespace Keyward.Cli;

/// <summary>Bytes in and out of commands: files, and <c>-</c> for standard input and output; never an argument's
/// text.</summary>
internal static class ByteFiles
{
    /// <summary>More than any call takes: the server says what is too large, this only keeps a pipe from filling
    /// memory.</summary>
    private const int MaximumSizeBytes = 1024 * 1024;

    /// <summary>What another command gave. Without a file for its bytes it prints JSON, which is no ciphertext or
    /// signature: the refusal of those bytes would name a reason that is none.</summary>
    /// <param name="fields">Where the bytes stand in such JSON.</param>
    public static byte[] ReadResult(string? file, string option, bool isBase64, params string[] fields)
    {
        var bytes = Read(file, option, false);
        if (FieldOf(bytes, fields) is { } field)
            throw new UsageException($"{option} is not the {field} but JSON that has it.",
                $"Let the command before write the bytes: {option} FILE (- for its output); " +
                $"or take the field and say that it is base64: --field {field}, then --base64 here");
        return isBase64 ? FromBase64(bytes, option) : bytes;
    }

    /// <summary>Standard input where no file is named, unless that is a terminal.</summary>
    public static byte[] Read(string? file, string option, bool isBase64)
    {
        if (file is null && !Console.IsInputRedirected)
            throw new UsageException($"Nothing to read: {option} names no file and standard input is a terminal.",
                $"Name a file: {option} FILE, or pipe something in");
        try
        {
            using var stream = file is null or "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var buffer = new MemoryStream();
            var chunk = new byte[64 * 1024];
            int read;
            while ((read = stream.Read(chunk)) > 0)
            {
                buffer.Write(chunk, 0, read);
                if (buffer.Length > MaximumSizeBytes) throw new FailedException(
                    $"The input has more than {MaximumSizeBytes} bytes; one call takes 65536.",
                    "Encrypt large data locally under a data key; see docs/guides/envelope-encryption.md");
            }

            return isBase64 ? FromBase64(buffer.ToArray(), option) : buffer.ToArray();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{file} cannot be read: {failure.Message}");
        }
    }

    private static byte[] FromBase64(byte[] text, string option)
    {
        try
        {
            return Convert.FromBase64String(Encoding.ASCII.GetString(text));
        }
        catch (FormatException)
        {
            throw new UsageException($"{option} is not base64.");
        }
    }

    /// <summary>Which of the fields a JSON object has; null where the bytes are none.</summary>
    private static string? FieldOf(byte[] bytes, string[] fields)
    {
        if (!bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8)) return null;
        try
        {
            using var json = JsonDocument.Parse(bytes);
            return fields.FirstOrDefault(f => json.RootElement.TryGetProperty(f, out _));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The hash of an input of any size.</summary>
    public static byte[] Hash(string? file, string option, HashAlgorithmName name)
    {
        if (file is null && !Console.IsInputRedirected)
            throw new UsageException($"Nothing to hash: {option} names no file and standard input is a terminal.",
                $"Name a file: {option} FILE, or pipe something in");
        try
        {
            using var stream = file is null or "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            return CryptographicOperations.HashData(name, stream);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{file} cannot be read: {failure.Message}");
        }
    }

    public static byte[] ReadOptional(string? file, string option, bool isBase64) =>
        file is null ? [] : Read(file, option, isBase64);

    /// <summary>To a file beside its place, moved there when it is whole, for its owner alone; or raw to standard
    /// output.</summary>
    public static void Write(string file, ReadOnlySpan<byte> bytes, bool isBase64)
    {
        var content = isBase64 ? Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes) + "\n") : bytes.ToArray();
        if (file == "-")
        {
            if (!Console.IsOutputRedirected && !IsPrintable(content))
                throw new UsageException("These bytes are not for a terminal.", "Name a file, or add --base64");
            StandardOutput.Write(content);
            return;
        }

        try
        {
            DataFolder.WriteSecret(file, content);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{file} cannot be written: {failure.Message}");
        }
    }

    public static bool IsPrintable(ReadOnlySpan<byte> bytes)
    {
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) return false;
        foreach (var c in Encoding.UTF8.GetString(bytes))
            if (char.IsControl(c) && c is not ('\n' or '\r' or '\t')) return false;
        return true;
    }
}
