using System.Text;

namespace Socorro.Minidumps.Tests.Streams;

/// <summary>The streams that only Macs have.</summary>
public sealed class MacTests
{
    [Theory]
    [InlineData(1, 16)]
    [InlineData(4, 32)]
    [InlineData(5, 40)]
    [InlineData(6, 56)] // a version that is not known yet
    public void Reads_what_libraries_left_for_the_crash_reporter(ulong version, int start)
    {
        var synthetic = new SyntheticDump();
        var record = synthetic.Layout().U64(0x4d7a0001).U64(version).U64(77).U64(0).U64(9).U64(1).U64(2);
        var texts = Encoding.UTF8.GetBytes("/usr/lib/libc++abi.dylib\0abort() called\0\0bt\0more\0new\0");
        byte[] bytes = [.. record.ToArray()[..start], .. texts];
        var rva = synthetic.Add(bytes);
        var size = (uint)bytes.Length;
        synthetic.Stream(0x4d7a0001, synthetic.Layout().U32(0x4d7a0001).U32(1).U32((uint)start).U32(size).U32(rva)
            .Zeros(152));
        var info = Assert.Single(synthetic.Open().MacCrashInfo);

        Assert.Equal(version, info.Version);
        Assert.Equal("/usr/lib/libc++abi.dylib", info.ModulePath);
        Assert.Equal("abort() called", info.Message);
        Assert.Null(info.SignatureString);
        Assert.Equal("bt", info.Backtrace);
        Assert.Equal(version >= 4 ? "more" : null, info.Message2);
        Assert.Equal(version >= 4 ? 77UL : null, info.Thread);
        Assert.Null(info.DialogMode);
        Assert.Equal(version >= 5 ? 9UL : null, info.AbortCause);
    }

    [Fact]
    public void Reads_no_more_records_than_the_format_has_room_for()
    {
        var synthetic = new SyntheticDump();
        var rva = synthetic.Add(synthetic.Layout().U64(0x4d7a0001).U64(5).Zeros(24).Raw(0, 0, 0, 0, 0));
        var stream = synthetic.Layout().U32(0x4d7a0001).U32(1000).U32(40);
        for (var i = 0; i < 20; i++)
            stream.U32(45).U32(i == 3 ? uint.MaxValue : rva);
        var dump = synthetic.Stream(0x4d7a0001, stream).Open();

        Assert.Equal(19, dump.MacCrashInfo.Count);
        Assert.Equal(2, dump.Problems.Count);
    }

    [Fact]
    public void Notes_records_of_different_versions()
    {
        var synthetic = new SyntheticDump();
        var old = synthetic.Add(synthetic.Layout().U64(0x4d7a0001).U64(4).Zeros(24).Raw(0, 0, 0, 0, 0));
        var recent = synthetic.Add(synthetic.Layout().U64(0x4d7a0001).U64(5).Zeros(24).Raw(0, 0, 0, 0, 0));
        var stream = synthetic.Layout().U32(0x4d7a0001).U32(2).U32(40).U32(45).U32(old).U32(45).U32(recent).Zeros(144);
        var dump = synthetic.Stream(0x4d7a0001, stream).Open();

        Assert.Equal([4UL, 5UL], dump.MacCrashInfo.Select(record => record.Version));
        Assert.Equal("has records of different versions", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_the_boot_arguments()
    {
        var synthetic = new SyntheticDump();
        var text = synthetic.AddString("-v keepsyms=1");

        Assert.Equal(
            "-v keepsyms=1",
            synthetic.Stream(0x4d7a0002, synthetic.Layout().U32(0x4d7a0002).U64(text)).Open().MacBootArguments);
    }
}
