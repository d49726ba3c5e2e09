using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Socorro.Tests.Collecting;

public sealed class CollectorMetricsTests
{
    [Fact]
    public async Task Counts_under_the_names_that_dashboards_know()
    {
        await using var server = new CollectorServer { Throttle = "mozilla-2026" };
        await server.InitializeAsync();
        var counts = new ConcurrentDictionary<string, double>();
        using var listener = Listen(server.Meters, counts);

        await server.SendAsync(WireRequest.Good);
        await server.SendAsync(WireRequest.Good with { End = "" });
        await server.SendAsync(WireRequest.Good.Plus(Part.Text("uuid", "")));
        await server.SendAsync(WireRequest.Of(Part.Text("ProductName", "Nope")));

        Assert.Equal(4, counts["breakpad_resource.incoming_crash"]);
        Assert.Equal(1, counts["breakpad_resource.malformed reason=invalid_payload_structure"]);
        Assert.Equal(1, counts["breakpad_resource.unauthorized_uuid"]);
        Assert.Equal(2, counts["breakpad_resource.throttle result=accept"]);
        Assert.Equal(1, counts["breakpad_resource.throttle_rule rule=unsupported_product"]);
        Assert.Equal(1, counts["crashmover.save_crash.count"]);
        Assert.True(counts["breakpad_resource.crash_size payload=uncompressed"] > 4 * 100);
        Assert.True(counts["breakpad_resource.on_post.time"] > 0);
        Assert.True(counts["crashmover.crash_save.time"] > 0);
    }

    static MeterListener Listen(IMeterFactory meters, ConcurrentDictionary<string, double> counts)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Socorro" && instrument.Meter.Scope == meters)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name["socorro.collector.".Length..];
            foreach (var (tag, tagValue) in tags)
                name += $" {tag}={tagValue}";
            counts.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }
}
