# Container images from folders, without Docker.
# shellcheck shell=bash disable=SC2154

# overlay_works FOLDER: whether overlayfs can be mounted there; not in a container without rights, say.
overlay_works() {
  local folder=$1/overlay-probe status=0
  mkdir -p "$folder"/{lower,upper,work,merged}
  unshare --mount mount -t overlay overlay \
    -o "lowerdir=$folder/lower,upperdir=$folder/upper,workdir=$folder/work" "$folder/merged" 2>/dev/null || status=1
  rm -rf "$folder"
  return $status
}

# pack_image ROOT ARCHIVE REFERENCE CONFIG: ROOT as a single layer in a Docker archive, written reproducibly. CONFIG is
# the JSON object of what docker inspect calls Config.
pack_image() {
  local root=$1 archive=$2 reference=$3 config=$4 work layer image architecture
  work=$(mktemp -d "$(dirname "$archive")/.pack.XXXXXX")
  architecture=$(dpkg --print-architecture)
  tar --sort=name --numeric-owner --mtime=@0 -C "$root" -cf "$work/layer.tar" .
  layer=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  cat >"$work/config.json" <<JSON
{"architecture": "$architecture", "os": "linux", "config": $config, "history": [{"created_by": "$reference"}],
 "rootfs": {"type": "layers", "diff_ids": ["sha256:$layer"]}}
JSON
  image=$(sha256sum "$work/config.json" | cut -d' ' -f1)
  mv "$work/config.json" "$work/$image.json"
  echo "[{\"Config\": \"$image.json\", \"RepoTags\": [\"$reference\"], \"Layers\": [\"layer.tar\"]}]" >"$work/manifest.json"
  tar -C "$work" -cf "$archive.new" manifest.json "$image.json" layer.tar
  mv "$archive.new" "$archive"
  rm -rf "$work"
}

# load_image ARCHIVE: into the cluster's containerd.
load_image() {
  ctr images import "$1" >&2 || fail "containerd could not load the image archive $1" "see ctr's message above"
}

images=$cache/images

# The image that holds a pod's namespaces, a program and nothing else.
pause_image() {
  local root
  stamped "$images/pause.stamp" "$(stamp "$here/pause.c")" && [ -e "$images/pause.tar" ] && return
  say "building the image localhost/pause:dev"
  mkdir -p "$images"
  root=$(mktemp -d "$images/.pause.XXXXXX")
  gcc -Os -s -static -Wall -Werror -o "$root/pause" "$here/pause.c"
  chmod 755 "$root"
  pack_image "$root" "$images/pause.tar" localhost/pause:dev '{"Entrypoint": ["/pause"], "User": "65535:65535"}'
  rm -rf "$root"
  stamp "$here/pause.c" >"$images/pause.stamp"
}
