using System.Text;

namespace Zab.Generators.Model;

/// <summary>FNV-1a over UTF-8: the hash that makes stable ids of contract names. Part of the contract; never change it.</summary>
internal static class Fnv
{
    internal static uint Hash32(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 16777619);
        return hash;
    }

    internal static ulong Hash64(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(text)) hash = unchecked((hash ^ b) * 1099511628211);
        return hash;
    }
}
