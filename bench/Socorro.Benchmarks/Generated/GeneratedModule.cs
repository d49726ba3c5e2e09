using System.Globalization;
using System.Text;

namespace Socorro.Benchmarks.Generated;

/// <summary>
/// A made-up library of any size whose every function, line, inline and unwind rule is known, with the proportions of a large
/// C++ library: for each function some 40 lines, 7 inlines and 12 unwind rows, and names of templates.
/// </summary>
sealed class GeneratedModule
{
    public const string Name = "libbig.so";
    public const string DebugId = "B16B00B5CAFEF00DB16B00B5CAFEF00D0";
    public const int FileCount = 5000;
    public const int OriginCount = 20_000;

    const uint FirstRva = 0x1000;
    const int MegaByte = 1_000_000;

    readonly List<uint> _starts = [];

    /// <summary>Decides on as many functions as make a text of about this size.</summary>
    public GeneratedModule(int megabytes)
    {
        var rva = FirstRva;
        var text = 0L;
        for (var number = 0; text < (long)megabytes * MegaByte || number < 100; number++)
        {
            _starts.Add(rva);
            var function = GeneratedFunction.Create(number, rva);
            rva = function.End + 15 & ~15u;
            text += function.EstimateText();
        }

        Size = rva;
    }

    public uint Size { get; }

    public int FunctionCount => _starts.Count;

    public GeneratedFunction GetFunction(int number) => GeneratedFunction.Create(number, _starts[number]);

    public static string FileName(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"/builds/product/src/component{number % 97}/part{number % 13}/source_{number}.cc");

    public static string OriginName(int number) => GeneratedFunction.NameOf(1_000_000 + number);

    /// <summary>Writes the symbol file.</summary>
    public void WriteSymbols(Stream output)
    {
        using var text = new StreamWriter(output, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
        text.WriteLine($"MODULE Linux x86_64 {DebugId} {Name}");
        for (var i = 0; i < FileCount; i++)
            text.WriteLine($"FILE {i} {FileName(i)}");
        for (var i = 0; i < OriginCount; i++)
            text.WriteLine($"INLINE_ORIGIN {i} {OriginName(i)}");
        for (var i = 0; i < FunctionCount; i++)
            GetFunction(i).WriteRecords(text);
        for (var i = 0; i < FunctionCount; i++)
            GetFunction(i).WriteUnwindRecords(text);
    }
}
