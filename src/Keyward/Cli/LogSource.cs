using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Keyward.Cli;

/// <summary>A log stream as entries, one a line: standard input, a file, or the files of a folder in order of their
/// names. The line end is no part of an entry.</summary>
internal sealed class LogSource(string place)
{
    /// <summary>What a bundle's length of two bytes can say (C2SP tlog-tiles).</summary>
    private const int MaximumEntrySizeBytes = ushort.MaxValue;

    /// <summary>Standard input is read once: what it brings is always new.</summary>
    public bool IsStream => place == "-";

    /// <summary>Whether its files lie in this folder.</summary>
    public bool IsFolder(string folder) => !IsStream && Path.TrimEndingDirectorySeparator(Path.GetFullPath(place))
        == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The last line of the last file may still be written: without its line end it is left for the next
    /// time. A stream that ends has ended, and so have the files before the last.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var line = 0L;
        var files = Files().ToList();
        foreach (var file in files)
        {
            var isComplete = file is null || file != files[^1];
            var stream = file is null ? Console.OpenStandardInput() : Open(file);
            await using (stream.ConfigureAwait(false))
                await foreach (var entry in LinesAsync(stream, isComplete, cancellation)
                    .ConfigureAwait(false))
                {
                    line++;
                    yield return entry.Length <= MaximumEntrySizeBytes ? entry : throw new FailedException(
                        $"Line {line} of {place} has more than {MaximumEntrySizeBytes} bytes.",
                        "Cut such lines before they are sealed.");
                }
        }
    }

    private IEnumerable<string?> Files()
    {
        if (IsStream) return [null];
        if (Directory.Exists(place)) return Directory.GetFiles(place).Order(StringComparer.Ordinal);
        return File.Exists(place) ? [place] : throw new FailedException($"There is no file or folder {place}.");
    }

    private static FileStream Open(string file)
    {
        try
        {
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{file} cannot be read: {failure.Message}");
        }
    }

    private static async IAsyncEnumerable<byte[]> LinesAsync(
        Stream stream, bool isComplete, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var reader = PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(cancellation).ConfigureAwait(false);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                yield return rest.Slice(0, end).ToArray();
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            // Too long already: it is handed on, and refused there with its number.
            if (rest.Length > MaximumEntrySizeBytes || (read.IsCompleted && isComplete && rest.Length > 0))
            {
                yield return rest.ToArray();
                rest = rest.Slice(rest.End);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) break;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
    }
}
