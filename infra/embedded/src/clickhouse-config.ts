/**
 * Free space below which ClickHouse neither inserts nor begins a merge, bytes. The embedded engine discards writes that
 * fail (docs/decisions/0022), so its disk must never be really full.
 */
export const RESERVED_DISK_BYTES = 512 * 1024 ** 2;

/**
 * `config.xml`: limits that leave room for a broker and the services on a machine of two cores. No
 * `<logger>`: with one, the library logs every trace line whatever its level says; without, it writes fatal errors.
 */
export function clickhouseConfig(usersFile: string): string {
  return `<clickhouse>
  <users_config>${escapeXml(usersFile)}</users_config>
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
  <mark_cache_size>268435456</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <max_concurrent_queries>100</max_concurrent_queries>
  <background_pool_size>4</background_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <storage_configuration>
    <disks>
      <default>
        <keep_free_space_bytes>${RESERVED_DISK_BYTES}</keep_free_space_bytes>
      </default>
    </disks>
  </storage_configuration>
  <merge_tree>
    <!-- These count free slots of the pool (its size times two); their defaults exceed a pool of four. -->
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>4</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_mutation>4</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>4</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`;
}

/**
 * `users.xml`: the user `default`, without a password, from this machine only. What the library presets for
 * interactive use is put back to a server's defaults, and asynchronous inserts, on by default in 26.7, are off.
 */
export const clickhouseUsers = `<clickhouse>
  <profiles>
    <default>
      <async_insert>0</async_insert>
      <implicit_select>0</implicit_select>
      <allow_introspection_functions>0</allow_introspection_functions>
    </default>
  </profiles>
  <users>
    <default>
      <password></password>
      <networks>
        <ip>127.0.0.1</ip>
        <ip>::1</ip>
      </networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
  </users>
  <quotas>
    <default/>
  </quotas>
</clickhouse>
`;

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
