using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Keyward.Cli.Operating;

/// <summary>A report as one HTML file without scripts, with its picture in it. Every text from the log is
/// escaped.</summary>
internal static class ReportPage
{
    private const int Width = 720;
    private const int Height = 160;

    public static string Of(string title, JsonObject report)
    {
        var budget = report["budget"]!;
        var page = new StringBuilder($$"""
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>{{Text(title)}}</title>
            <style>
            body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#222}
            table{border-collapse:collapse;margin:.5em 0}
            td,th{text-align:left;padding:.2em 1em .2em 0;border-bottom:1px solid #ddd}
            .n{text-align:right}h2{margin-top:1.6em}rect.ok{fill:#3a7}rect.other{fill:#c54}</style>
            <h1>{{Text(title)}}</h1>
            <p>{{Text(report["from"])}} to {{Text(report["until"])}}: {{Text(report["requests"])}} requests.</p>
            <h2>Budget</h2>
            <p>Availability {{Percent(budget["availability"]!)}}; of {{Text(budget["owed"])}} requests that were owed an
            answer {{Text(budget["failed"])}} failed: {{Percent(budget["used"]!)}} of what so many may lose.</p>
            <h2>Requests a day</h2>

            """);
        Draw(page, report["days"]!.AsArray());
        foreach (var (heading, list) in ((string, string)[])[("Outcomes", "outcomes"), ("Operations", "operations"),
            ("Keys most used", "keys"), ("Principals", "principals")])
            Table(page, heading, report[list]!.AsArray(), "name", "count");
        Table(page, "Due", report["due"]!.AsArray(), "time", "what", "key");
        Table(page, "Rights changed", report["rights"]!.AsArray(), "time", "operation", "by", "on");
        Table(page, "Out of the ordinary", report["anomalies"]!.AsArray(),
            "time", "severity", "kind", "principal", "key", "why", "verdict");
        Table(page, "Refused for want of a right", report["denials"]!.AsArray(), "name", "count");
        return page.Append("</html>\n").ToString();
    }

    private static void Draw(StringBuilder page, JsonArray days)
    {
        var most = days.Count == 0 ? 0 : days.Max(d => Number(d!["ok"]) + Number(d["other"]));
        if (most == 0)
        {
            page.Append("<p>None.</p>\n");
            return;
        }

        var step = (double)Width / days.Count;
        page.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height + 20}\" width=\"{Width}\" role=\"img\" ");
        page.Append("aria-label=\"Requests a day\">\n");
        for (var i = 0; i < days.Count; i++)
        {
            var (ok, other) = (Number(days[i]!["ok"]), Number(days[i]!["other"]));
            var (okHeight, otherHeight) = (ok * Height / most, other * Height / most);
            Bar(page, "ok", i * step, Height - okHeight, step * 0.8, okHeight);
            Bar(page, "other", i * step, Height - okHeight - otherHeight, step * 0.8, otherHeight);
            page.Append(CultureInfo.InvariantCulture, $"<text x=\"{i * step:0.#}\" y=\"{Height + 15}\" ")
                .Append(CultureInfo.InvariantCulture, $"font-size=\"10\">{Text(days[i]!["day"])[5..]}</text>\n");
        }

        page.Append("</svg>\n<p>Green went well, red did not.</p>\n");
    }

    private static void Bar(StringBuilder page, string kind, double x, double y, double width, double height) =>
        page.Append(CultureInfo.InvariantCulture, $"<rect class=\"{kind}\" x=\"{x:0.#}\" y=\"{y:0.#}\" ")
            .Append(CultureInfo.InvariantCulture, $"width=\"{width:0.#}\" height=\"{height:0.#}\"/>\n");

    private static void Table(StringBuilder page, string heading, JsonArray rows, params string[] columns)
    {
        page.Append("<h2>").Append(heading).Append("</h2>\n");
        if (rows.Count == 0)
        {
            page.Append("<p>None.</p>\n");
            return;
        }

        page.Append("<table>\n");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            foreach (var column in columns)
                page.Append(column == "count" ? "<td class=\"n\">" : "<td>").Append(Text(row![column])).Append("</td>");
            page.Append("</tr>\n");
        }

        page.Append("</table>\n");
    }

    private static double Number(JsonNode? node) => node?.GetValue<long>() ?? 0;

    private static string Percent(JsonNode share) =>
        share.GetValue<double>().ToString("0.####%", CultureInfo.InvariantCulture);

    private static string Text(object? value) => WebUtility.HtmlEncode(value?.ToString() ?? "");
}
