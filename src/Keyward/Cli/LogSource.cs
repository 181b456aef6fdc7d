using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Keyward.Cli;

/// <summary>A log stream as entries, one a line: standard input, a file, or the files of a folder in order of their
/// names. The line end is no part of an entry.</summary>
/// <param name="note">Called with a sentence on what of a folder is left out.</param>
internal sealed class LogSource(string place, Action<string>? note = null)
{
    /// <summary>So many names in that sentence; a folder may hold any number.</summary>
    private const int MaximumNamed = 5;

    /// <summary>What a bundle's length of two bytes can say (C2SP tlog-tiles).</summary>
    private const int MaximumEntrySizeBytes = ushort.MaxValue;

    /// <summary>Standard input is read once: what it brings is always new.</summary>
    public bool IsStream => place == "-";

    private string Name => IsStream ? "standard input" : place;

    /// <summary>A missing source is refused before anything is made for it.</summary>
    public void Require()
    {
        if (!IsStream && !Path.Exists(place)) throw new FailedException($"There is no file or folder {place}.");
    }

    /// <summary>Whether its files lie in this folder.</summary>
    public bool IsFolder(string folder) => !IsStream && Path.TrimEndingDirectorySeparator(Path.GetFullPath(place))
        == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    /// <summary>The last line of the last file may still be written: without its line end it is left for the next
    /// time. A stream that ends has ended, and so have the files before the last.</summary>
    public async IAsyncEnumerable<byte[]> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var line = 0L;
        var files = Files();
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
                        $"Line {line} of {Name} has more than {MaximumEntrySizeBytes} bytes.",
                        "Cut such lines before they are sealed.");
                }
        }
    }

    /// <summary>Files alone are sealed. In a folder whatever else lies there is left out: a pipe would hold up the
    /// rest, and a link has a file from elsewhere read by who may read it, or the same one twice. What is named itself
    /// is refused, but for a link, which is followed.</summary>
    private IReadOnlyList<string?> Files()
    {
        if (IsStream) return [null];
        if (!Directory.Exists(place))
        {
            Require();
            Open(place).Dispose();
            return [place];
        }

        var (files, others) = (new List<string?>(), new List<string>());
        foreach (var entry in new DirectoryInfo(place).GetFileSystemInfos()
            .OrderBy(e => e.Name, StringComparer.Ordinal))
            if (KindOf(entry) is { } kind) others.Add($"{Printable(entry.Name)} ({kind})");
            else files.Add(entry.FullName);
        if (others.Count > 0)
            note?.Invoke($"Of {place} only files are read; left out: {string.Join(", ", others.Take(MaximumNamed))}" +
                (others.Count > MaximumNamed ? $" and {others.Count - MaximumNamed} more." : "."));
        return files;
    }

    /// <summary>Null for a file of bytes.</summary>
    private static string? KindOf(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null) return "a link";
        if (entry is DirectoryInfo) return "a folder";
        var (stream, kind) = PlainFile.Open(entry.FullName);
        stream?.Dispose();
        return stream is null ? kind : null;
    }

    private static FileStream Open(string file)
    {
        var (stream, kind) = PlainFile.Open(file);
        return stream ?? throw new FailedException($"{file} is {kind}, not a file.",
            "What a program writes is sealed as it comes from standard input: PROGRAM | keyward log sign - …");
    }

    /// <summary>A name is what who may write in the folder made of it; a terminal must not obey it.</summary>
    private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));

    private async IAsyncEnumerable<byte[]> LinesAsync(
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

            if (read.IsCompleted && rest.Length > 0)
                note?.Invoke($"The last line of {Name} has no line end yet: it is left for the next time.");
            reader.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted) break;
        }

        await reader.CompleteAsync().ConfigureAwait(false);
    }
}
