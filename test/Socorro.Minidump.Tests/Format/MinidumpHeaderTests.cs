namespace Socorro.Minidumps.Tests.Format;

public sealed class MinidumpHeaderTests
{
    [Theory]
    [InlineData(0, "MissingHeader", "The file is empty.")]
    [InlineData(3, "MissingHeader", "The file has only 3 bytes, too few for a minidump.")]
    [InlineData(20, "MissingHeader", "The minidump is cut short after 20 bytes, inside its header.")]
    [InlineData(32, "MissingDirectory",
        "The minidump is cut short: its directory should be at byte 36 but the file has "
        + "only 32 bytes.")]
    public void Refuses_a_dump_that_is_cut_short(int length, string error, string message)
    {
        var bytes = new SyntheticDump().Stream(0x11223344, [1, 2, 3, 4]).ToArray();

        Assert.Equal(new Refusal(error, message), Refuse(bytes[..length]));
    }

    [Fact]
    public void Refuses_what_is_no_minidump() =>
        Assert.Equal("HeaderMismatch", Refuse("<html><body>Not Found</body></html>"u8.ToArray()).Error);

    [Fact]
    public void Refuses_another_version() =>
        Assert.Equal("VersionMismatch", Refuse(new SyntheticDump { Version = 0xa794 }.ToArray()).Error);

    [Fact]
    public void Ignores_what_a_writer_puts_into_the_upper_half_of_the_version() =>
        Assert.Equal(0x12340000u | 0xa793, new SyntheticDump { Version = 0x1234a793 }.Open().Header.Version);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_either_byte_order(bool bigEndian)
    {
        var header = new SyntheticDump(bigEndian).Stream(0x11223344, [1]).Open().Header;

        Assert.Equal(bigEndian, header.BigEndian);
        Assert.Equal(1u, header.StreamCount);
        Assert.Equal(0x21UL, header.Flags);
        Assert.Equal(new DateTimeOffset(2023, 11, 14, 22, 13, 20, TimeSpan.Zero), header.Time);
    }

    [Fact]
    public void Opens_a_dump_without_streams()
    {
        var dump = new SyntheticDump().Open();

        Assert.Empty(dump.Streams);
        Assert.Null(dump.SystemInfo);
        Assert.Null(dump.Exception);
        Assert.Empty(dump.Threads);
        Assert.Empty(dump.Modules);
        Assert.Null(dump.Modules.Main);
        Assert.Empty(dump.Problems);
    }

    [Fact]
    public void Names_streams_and_their_vendors()
    {
        var dump = new SyntheticDump()
            .Stream(3, [0, 0, 0, 0])
            .Stream(0x43500001, [])
            .Stream(0x4b6b0002, [])
            .Stream(0x4d7a0004, [])
            .Stream(0xbeef0001, [])
            .Open();

        Assert.Equal(
            [
                ("ThreadListStream", "Official"),
                ("CrashpadInfoStream", "Crashpad Extension"),
                ("ChromiumStabilityReport", "Chromium Extension"),
                ("MozSoftErrors", "Mozilla Extension"),
                ("0xbeef0001", "Unknown Extension"),
            ],
            dump.Streams.Select(stream => (stream.Name, stream.Vendor)));
    }

    [Fact]
    public void Takes_the_last_of_duplicates_that_lies_in_the_file()
    {
        var dump = new SyntheticDump()
            .Stream(10, "one"u8.ToArray()).Stream(10, "two"u8.ToArray()).Entry(10, 100, 0xfffffff0).Open();

        Assert.Equal("two", dump.Comment);
        Assert.Equal(
            [
                new("CommentStreamA", "is there more than once; the last one was read"),
                new("CommentStreamA", "does not lie inside the file"),
            ],
            dump.Problems);
    }

    [Fact]
    public void Takes_an_earlier_duplicate_where_the_last_is_too_short()
    {
        var dump = new SyntheticDump().System(9, 0x8201).Stream(7, new byte[31]).Stream(7, [1]).Open();

        Assert.Equal(Minidumps.Streams.OsKind.Linux, dump.Os);
        Assert.Contains(new("SystemInfoStream", "has only 1 of 32 bytes"), dump.Problems);
    }

    [Fact]
    public void Says_nothing_about_unused_entries() =>
        Assert.Empty(new SyntheticDump().Entry(0, 0, 0).Entry(0, 0, 0).Entry(0, 9, 0xffffffff).Open().Problems);

    [Fact]
    public void Reads_as_many_streams_as_the_limit_allows()
    {
        var many = new SyntheticDump();
        for (var i = 0; i < 5; i++)
            many.Stream((uint)(0x1000 + i), [1]);

        var dump = many.Open(Limits.Default with { MaxStreams = 3 });

        Assert.Equal(3, dump.Streams.Count);
        Assert.Equal("claims 5 streams; the first 3 were read", Assert.Single(dump.Problems).What);
    }

    [Fact]
    public void Reads_what_is_left_of_a_directory()
    {
        var bytes = new SyntheticDump().Stream(10, "hello"u8.ToArray()).Stream(11, []).ToArray();

        Assert.True(Minidump.TryOpen(bytes.AsMemory(..^1), Limits.Default, out var dump, out _));
        Assert.Equal("hello", dump.Comment);
        Assert.Equal("claims 2 streams but the file ends after 1", Assert.Single(dump.Problems).What);
    }

    static Refusal Refuse(byte[] bytes)
    {
        Assert.False(Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal));
        Assert.Null(dump);
        return refusal;
    }
}
