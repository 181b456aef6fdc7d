namespace Keyward.Vault.Quotas;

/// <summary>Which limit refused a request, and when to come again: null where waiting does not help.</summary>
public sealed record QuotaShortfall(string Resource, QuotaMetric Metric, long Limit, TimeSpan? RetryAfter);
