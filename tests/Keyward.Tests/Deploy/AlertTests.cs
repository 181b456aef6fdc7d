using System.Diagnostics;
using System.Text.RegularExpressions;
using Keyward.Cli;
using Keyward.Cli.Operating;
using Keyward.Server.Settings;
using Keyward.Tests.Conformance;
using Keyward.Tests.Tidy;

namespace Keyward.Tests.Deploy;

/// <summary>The rules that ship: judged by Prometheus's own tools, each alert with a severity and a runbook, each
/// runbook with its four parts and commands that there are.</summary>
public sealed partial class AlertTests
{
    private static readonly string Root = SourceTests.FindRoot();
    private static readonly string Rules = File.ReadAllText(Path.Combine(Root, "deploy/alerts/keyward.yml"));

    [Theory]
    [InlineData("promtool", "check rules keyward.yml")]
    [InlineData("promtool", "check rules keyward-projects.yml")]
    [InlineData("promtool", "test rules keyward-tests.yml")]
    [InlineData("promtool", "check config --syntax-only prometheus.yml")]
    [InlineData("amtool", "check-config alertmanager.yml")]
    public async Task Prometheus_takes_the_rules_and_their_tests_pass(string tool, string arguments)
    {
        var (code, output) = await RunAsync(tool, arguments);
        Assert.True(code == 0, output);
    }

    [Fact]
    public async Task Rules_are_written_for_the_objectives_of_a_deployment_and_of_projects()
    {
        Assert.Equal(Rules, RulesCommand.Render(Objectives.Of("99.99", "95", "0.1", [])));
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.In("rules.yml"), RulesCommand.Render(
            Objectives.Of("99.9", "99", "0.05", ["shop=99.95", "bank=99.999"])));
        await File.WriteAllTextAsync(folder.In("tests.yml"), """
            rule_files: [rules.yml]
            evaluation_interval: 15s
            tests:
              - name: one project burns its budget, the other and the deployment do not
                interval: 1m
                input_series:
                  - {series: 'keyward_project_requests_total{project="shop",outcome="ok"}', values: '0+100x70'}
                  - {series: 'keyward_project_requests_total{project="shop",outcome="unavailable"}', values: '0+2x70'}
                  - {series: 'keyward_project_requests_total{project="bank",outcome="ok"}', values: '0+100x70'}
                  - {series: 'keyward_project_uses_total{project="bank",speed="fast"}', values: '0+90x70'}
                  - {series: 'keyward_project_uses_total{project="bank",speed="slow"}', values: '0+10x70'}
                alert_rule_test:
                  - eval_time: 65m
                    alertname: KeywardProjectBudgetBurn
                    exp_alerts:
                      - exp_labels: {severity: page, team: keyward, project: shop}
                        exp_annotations: {summary: The error budget of shop burns at page speed, runbook: docs/runbooks/outage.md}
                  - eval_time: 65m
                    alertname: KeywardProjectBudgetHalfGoneInAnHour
                    exp_alerts: []
                  - eval_time: 65m
                    alertname: KeywardProjectLatency
                    exp_alerts:
                      - exp_labels: {severity: ticket, team: keyward, project: bank}
                        exp_annotations: {summary: Encryptions and decryptions of bank are slower than promised, runbook: docs/runbooks/latency.md}
                promql_expr_test:
                  - expr: keyward:target:error_budget
                    eval_time: 1m
                    exp_samples: [{labels: 'keyward:target:error_budget', value: 0.001}]
                  - expr: keyward:target:project_error_budget{project="bank"}
                    eval_time: 1m
                    exp_samples: [{labels: 'keyward:target:project_error_budget{project="bank"}', value: 0.00001}]
            """);
        var (code, output) = await RunAsync("promtool", "test rules " + folder.In("tests.yml"));
        Assert.True(code == 0, output);
    }

    [Theory]
    [InlineData("severity=page team=keyward escalate=incident", "incident")]
    [InlineData("severity=page team=security", "security")]
    [InlineData("severity=page team=keyward", "oncall")]
    [InlineData("severity=ticket team=security", "tickets")]
    [InlineData("severity=ticket team=keyward alertname=KeywardRotationOverdue", "tickets")]
    public async Task Alerts_go_where_their_severity_says(string labels, string receiver)
    {
        var (code, output) = await RunAsync(
            "amtool", "config routes test --config.file=alertmanager.yml " + labels);
        Assert.True(code == 0, output);
        Assert.Equal(receiver, output.Split('\n')[0]);
    }

    [Fact]
    public void Every_alert_has_one_severity_and_a_runbook()
    {
        var alerts = Alert().Matches(Rules);
        Assert.True(alerts.Count > 20);
        Assert.All(alerts, alert =>
        {
            Assert.Matches(@"labels: \{severity: (page|ticket), team: (keyward|security)[,}]", alert.Value);
            Assert.Matches("summary: \"[^\"]{10,120}\"", alert.Value);
            Assert.True(File.Exists(Path.Combine(Root, Runbook().Match(alert.Value).Groups[1].Value)), alert.Value);
        });
    }

    [Fact]
    public void Every_alert_is_fired_in_a_test()
    {
        var tests = File.ReadAllText(Path.Combine(Root, "deploy/alerts/keyward-tests.yml"));
        Assert.All(Alert().Matches(Rules), alert =>
            Assert.Matches($@"alertname: {alert.Groups[1].Value}\s+exp_alerts:( [&*]\w+)?\s+", tests));
    }

    [Fact]
    public void Every_runbook_has_its_parts_and_is_named_by_an_alert() => Assert.All(Books(), book =>
    {
        var text = File.ReadAllText(book);
        foreach (var part in (string[])["Meaning", "Check", "Act", "Undo"])
            Assert.True(text.Contains($"**{part}.**", StringComparison.Ordinal), $"{book} lacks {part}");
        Assert.True(Rules.Contains("docs/runbooks/" + Path.GetFileName(book), StringComparison.Ordinal), book);
    });

    [Fact]
    public void Every_command_of_a_runbook_parses()
    {
        var root = CommandLine.Build();
        var commands = Books().SelectMany(b => Command().Matches(File.ReadAllText(b)).Select(m =>
            (Book: Path.GetFileName(b), Text: m.Groups[1].Value))).ToList();
        Assert.True(commands.Count > 20);
        Assert.All(commands, command =>
        {
            // Numbers and times stand in capitals; a version is a number, a path may be any.
            var parsed = root.Parse(command.Text.Replace(" N ", " 1 ", StringComparison.Ordinal)
                .Replace("LIMIT", "1", StringComparison.Ordinal));
            Assert.True(parsed.Errors.Count == 0,
                $"{command.Book}: keyward {command.Text}: {string.Join(' ', parsed.Errors.Select(e => e.Message))}");
        });
    }

    private static IEnumerable<string> Books() => Directory.GetFiles(Path.Combine(Root, "docs/runbooks"), "*.md");

    private static async Task<(int Code, string Output)> RunAsync(string tool, string arguments)
    {
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Root, "deploy/alerts"),
        };
        using var process = Find(tool) is null ? null : Process.Start(start);
        Assert.SkipWhen(process is null,
            $"{tool} is not installed: ./test installs the packages prometheus and prometheus-alertmanager.");
        var output = process!.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    private static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);

    [GeneratedRegex(@"- alert: (\w+)\n(?:        .*\n)+")]
    private static partial Regex Alert();

    [GeneratedRegex(@"runbook: (\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex(@"`keyward ([a-z][^`]*)`")]
    private static partial Regex Command();
}
