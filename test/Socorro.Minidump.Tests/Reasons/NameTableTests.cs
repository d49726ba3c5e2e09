using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Tests.Reasons;

public sealed class NameTableTests
{
    [Theory]
    [InlineData("WinErrorWindows")]
    [InlineData("NtStatusWindows")]
    public void Finds_each_name_of_the_public_headers(string name)
    {
        var table = name == "WinErrorWindows" ? NameTable.WinError : NameTable.NtStatus;
        Assert.All(Read(name), entry => Assert.Equal(entry.Name, table.Find(entry.Value)));
    }

    [Theory]
    [InlineData("FastFailCode", "fastfail")]
    [InlineData("WinErrorFacilityWindows", "facility")]
    public void Finds_each_name_of_a_group(string name, string group) =>
        Assert.All(Read(name), entry => Assert.Equal(entry.Name, NameTable.Windows.Find(group, entry.Value)));

    [Theory]
    [InlineData(1u)]
    [InlineData(0xfffffffeu)]
    [InlineData(0xc0ffee00u)]
    public void Finds_no_name_for_other_numbers(uint value) => Assert.Null(NameTable.NtStatus.Find(value + 0x0bad0000));

    [Theory]
    [InlineData(0u, "ERROR_SUCCESS")]
    [InlineData(0xc0000374u, "STATUS_HEAP_CORRUPTION")]
    [InlineData(0xc06d007eu, "FACILITY_VISUALCPP / ERROR_MOD_NOT_FOUND")]
    [InlineData(0x80070005u, "unknown 0x80070005")]
    public void Describes_any_Windows_error(uint code, string name) => Assert.Equal(name, WindowsError.Describe(code));

    static IEnumerable<(string Name, uint Value)> Read(string table)
    {
        using var json = JsonDocument.Parse(
            File.ReadAllBytes(SharedData.Path("cases", "stackwalk", "tables", $"{table}.json")));
        return [.. json.RootElement.GetProperty("values").EnumerateObject()
            .Select(entry => (entry.Name, Hex(entry.Value)))];
    }

    static uint Hex(JsonElement element) =>
        uint.Parse(element.GetString()!.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
