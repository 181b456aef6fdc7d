namespace Keyward.Delivery.Sinks;

/// <summary>Which records a sink gets: those of some classes, of some projects, or all. What is left out is told in the
/// stream (<see cref="LeftOut"/>), or a gap would look like theft.</summary>
internal sealed record SinkFilter(IReadOnlyList<string> Classes, IReadOnlyList<string> Projects)
{
    public static readonly IReadOnlyList<string> KnownClasses =
        ["admin_read", "admin_write", "data_read", "data_write"];

    private static readonly char[] Separators = [',', '+'];

    public bool IsNone => Classes.Count == 0 && Projects.Count == 0;

    public static SinkFilter Of(string classes, string projects) => new(
        classes.Split(Separators, StringSplitOptions.RemoveEmptyEntries),
        projects.Split(Separators, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>A record without a project is the deployment's, and no project's.</summary>
    public bool Takes(RecordView record) => (Classes.Count == 0 || Classes.Contains(record.Class))
        && (Projects.Count == 0 || (record.Project is { } project && Projects.Contains(project)));
}
