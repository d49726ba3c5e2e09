namespace Socorro.Load;

/// <summary>How large dumps are: all alike, or as crashes of a browser in the field.</summary>
public sealed record DumpSizes
{
    // Log-normal: a median of 400 kB, a mean of 500 kB, a 95th percentile of 1.4 MB, as Mozilla's collector saw them.
    const double FieldMedian = 400_000;
    const double FieldSigma = 0.75;
    const int FieldLargest = 3_000_000;

    readonly int? _fixed;

    DumpSizes(int? @fixed) => _fixed = @fixed;

    public static DumpSizes Field { get; } = new(@fixed: null);

    public static DumpSizes Fixed(int bytes) => new(bytes);

    public int Draw(Random random)
    {
        if (_fixed is { } bytes)
            return bytes;

        // Box and Muller's normal deviate.
        var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        return (int)Math.Clamp(FieldMedian * Math.Exp(FieldSigma * normal), 10_000, FieldLargest);
    }
}
