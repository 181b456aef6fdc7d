using OpenTelemetry.Trace;

namespace Keyward.Server.Traces;

/// <summary>Which requests are sent for sure: a share of them, chosen by trace id, so that several nodes choose the
/// same. A stranger's flag has no say, or anyone could fill the store of traces. All others are recorded too, until it
/// is known how they ended.</summary>
internal sealed class OwnShare(double share) : Sampler
{
    private readonly TraceIdRatioBasedSampler _inner = new(share);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        _inner.ShouldSample(samplingParameters).Decision == SamplingDecision.RecordAndSample
            ? new SamplingResult(SamplingDecision.RecordAndSample)
            : new SamplingResult(SamplingDecision.RecordOnly);
}
