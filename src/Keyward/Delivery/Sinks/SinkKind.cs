namespace Keyward.Delivery.Sinks;

/// <summary>How a sink is spoken to; the scheme of its address names it.</summary>
internal enum SinkKind
{
    Unspecified = 0,

    /// <summary>Lines appended to a file.</summary>
    File = 1,

    /// <summary>RFC 5424 over TLS (RFC 5425).</summary>
    Syslog = 2,

    /// <summary>POST of one JSON object a line.</summary>
    Webhook = 3,

    /// <summary>Splunk's HTTP Event Collector.</summary>
    Splunk = 4,

    /// <summary>Elasticsearch's bulk API.</summary>
    Elastic = 5,

    /// <summary>OpenTelemetry logs over HTTP in JSON.</summary>
    Otlp = 6,
}
