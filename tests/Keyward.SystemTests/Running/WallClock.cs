using System.Globalization;

namespace Keyward.SystemTests.Running;

/// <summary>The clock on the wall of one program, which a test sets while that runs: libfaketime reads it from a file at
/// every look. The clocks by which durations are measured stay the machine's.</summary>
internal sealed class WallClock
{
    private readonly string _file;

    public WallClock(string file)
    {
        _file = file;
        Set(TimeSpan.Zero);
    }

    /// <summary>For the program.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("LD_PRELOAD", Library), ("FAKETIME_TIMESTAMP_FILE", _file), ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1"),
    ];

    private static string Library => Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu")
        .Select(d => Path.Combine(d, "faketime/libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("The tests need libfaketime: ./test installs it.");

    public void Set(TimeSpan ahead)
    {
        // Replaced whole: the program reads it at any moment.
        File.WriteAllText(_file + ".next",
            ((long)ahead.TotalSeconds).ToString("+0;-0;+0", CultureInfo.InvariantCulture) + "\n");
        File.Move(_file + ".next", _file, overwrite: true);
    }
}
